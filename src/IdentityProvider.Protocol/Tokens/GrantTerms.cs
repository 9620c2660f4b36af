using System.Text.Json.Serialization;
using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.RichAuthorization;

namespace IdentityProvider.Protocol.Tokens;

/// <summary>
/// What a grant carries beyond who, to whom, scope and resources: from the authorization request to the code and on to the family. Most
/// grants carry nothing, and then nothing is stored of it.
/// </summary>
public sealed record GrantTerms
{
    /// <summary>The plain grant's.</summary>
    public static GrantTerms None { get; } = new();

    /// <summary>What the code, and then the refresh token, is bound to; null for a bearer's.</summary>
    public Confirmation? Confirmation { get; init; }

    /// <summary>What a pairwise client knows the person as (<see cref="Clients.SubjectIdentifiers"/>); null where it is the account's own identifier.</summary>
    public string? Subject { get; init; }

    /// <summary>The person's attributes that were asked for by name (OpenID Connect Core §5.5); null where none were.</summary>
    public ClaimsRequest? Claims { get; init; }

    /// <summary>What was granted beyond scopes (RFC 9396); null where nothing was.</summary>
    public AuthorizationDetails? AuthorizationDetails { get; init; }

    /// <summary>
    /// The terms of the family that a client opens: a public client's refresh token is bound to what it holds (RFC 9449 §5, RFC 8705 §4). Any
    /// other's is bound to the client by its authentication, so that it may change its key.
    /// </summary>
    public GrantTerms BoundFor(AuthenticatedClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        var confirmation = client.Client.IsPublic ? client.Confirmation : null;
        return confirmation == Confirmation ? this : this with { Confirmation = confirmation };
    }
}

/// <summary>How the terms are kept.</summary>
[JsonSerializable(typeof(GrantTerms))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
public sealed partial class GrantTermsJson : JsonSerializerContext;
