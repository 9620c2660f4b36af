using Microsoft.AspNetCore.Authentication;

namespace IdentityProvider.Verifier.AspNetCore;

/// <summary>The scheme's options: which verifier it uses. Set by <see cref="AccessTokenSetup"/>.</summary>
public sealed class AccessTokenScheme : AuthenticationSchemeOptions
{
    /// <summary>The scheme's name where none is given.</summary>
    public const string Name = "Bearer";

    /// <summary>The verifier, one per scheme for the life of the process.</summary>
    public AccessTokenVerifier Verifier { get; set; } = null!;

    /// <summary>Where the API says who gives tokens for it, for every challenge (RFC 9728 §5.1); null for nowhere. Set by <see cref="ProtectedResource"/>.</summary>
    public string? ResourceMetadata { get; set; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (Verifier is null) throw new InvalidOperationException("The scheme is added by AddAccessTokens.");
    }
}
