using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Clients;

/// <summary>
/// How a client makes its authorization requests and is answered: pushed (RFC 9126 §6), signed and from where (RFC 9101 §10.5, OpenID Connect
/// Registration §2), by a signed answer (JARM §4), and for what beyond scopes (RFC 9396 §10).
/// </summary>
internal static class ClientAuthorizationRules
{
    private const int MostUris = 20;
    private const int MostTypes = 20;

    /// <summary>Reads what was written of it into the client.</summary>
    public static MetadataError? Read(ClientMetadata metadata, ref Client client)
    {
        SignatureAlgorithm? ofRequest = null;
        if (metadata.RequestObjectSigningAlg is not null && !SignatureAlgorithm.TryParse(metadata.RequestObjectSigningAlg, out ofRequest))
            return new("request_object_signing_alg", "must be RS256, PS256 or ES256: what is not signed is not taken");
        if (!SignatureAlgorithm.TryParse(metadata.AuthorizationSignedResponseAlg ?? SignatureAlgorithm.RS256.Name, out var ofAnswer))
            return new("authorization_signed_response_alg", "must be RS256, PS256 or ES256");
        client = client with
        {
            RequirePushedAuthorizationRequests = metadata.RequirePushedAuthorizationRequests ?? false,
            AuthorizationDetailsTypes = metadata.AuthorizationDetailsTypes ?? [],
            RequestObjectSigningAlg = ofRequest,
            RequireSignedRequestObject = metadata.RequireSignedRequestObject ?? false,
            RequestUris = metadata.RequestUris ?? [],
            AuthorizationSignedResponseAlg = ofAnswer,
        };
        return null;
    }

    public static MetadataError? Refuse(Client client) =>
        // 1. Who signs has keys.
        Broken(client is { RequireSignedRequestObject: true, Jwks: null, JwksUri: null }, "require_signed_request_object", "needs jwks or jwks_uri")
        ?? Broken(client is { RequestObjectSigningAlg: not null, Jwks: null, JwksUri: null }, "request_object_signing_alg", "needs jwks or jwks_uri")
        // 2. Few addresses, each of which can be fetched safely (OpenID Connect Core §6.2).
        ?? Broken(client.RequestUris.Count > MostUris, "request_uris", $"must be at most {MostUris}")
        ?? Broken(!client.RequestUris.All(WebUris.IsSecure), "request_uris", "must be https URLs (http on loopback) of at most 2000 characters")
        ?? Broken(client is { RequestUris.Count: > 0, Jwks: null, JwksUri: null }, "request_uris", "need jwks or jwks_uri, as only what is signed is taken")
        // 3. Few types, each by a name that one can have (RFC 9396 §10); whether it exists is asked when it is used.
        ?? Broken(client.AuthorizationDetailsTypes.Count > MostTypes || !client.AuthorizationDetailsTypes.All(ScopeSet.IsToken), "authorization_details_types", $"must be at most {MostTypes} names of types")
        ?? Broken(client.AuthorizationDetailsTypes.Distinct(StringComparer.Ordinal).Count() < client.AuthorizationDetailsTypes.Count, "authorization_details_types", "names one twice");

    private static MetadataError? Broken(bool broken, string member, string message) => ClientMetadataRules.Refuse(broken, member, message);
}
