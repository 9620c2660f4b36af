namespace IdentityProvider.Protocol.SignIn;

/// <summary>What a person can prove themselves by beside their password, and whether one of their roles asks for it.</summary>
public sealed record AccountFactors
{
    public static AccountFactors None { get; } = new();

    /// <summary>An authenticator app (RFC 6238).</summary>
    public bool HasAuthenticator { get; init; }

    public int Passkeys { get; init; }

    /// <summary>How many recovery codes are left.</summary>
    public int RecoveryCodes { get; init; }

    /// <summary>One of the person's roles requires a second factor.</summary>
    public bool IsRequiredByRole { get; init; }

    /// <summary>Whether a second factor can be asked for. Recovery codes stand in for another one, and alone are none.</summary>
    public bool HasSecondFactor => HasAuthenticator || Passkeys > 0;
}
