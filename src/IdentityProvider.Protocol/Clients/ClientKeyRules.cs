using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Clients;

/// <summary>The keys in a client's metadata: <c>jwks</c> and <c>jwks_uri</c> (RFC 7591 §2).</summary>
internal static class ClientKeyRules
{
    /// <summary>Reads the set by value; null where there is none.</summary>
    public static MetadataError? Read(ClientMetadata metadata, out ClientKeySet? jwks)
    {
        jwks = null;
        if (metadata.Jwks is not { } written)
            return null;
        jwks = ClientKeySet.Parse(written, out var reason);
        return jwks is null ? new("jwks", $"must be a JWK Set (RFC 7517 §5): {reason}") : null;
    }

    public static MetadataError? Refuse(Client client) =>
        // 1. By value or by reference, never both (RFC 7591 §2).
        Broken(client is { Jwks: not null, JwksUri: not null }, "jwks", "must not stand beside jwks_uri")
        // 2. An address that can be fetched safely; what it leads to is looked at when it is used.
        ?? Broken(client.JwksUri is { } uri && !IsFetchable(uri), "jwks_uri", "must be an https URL (http on loopback) without fragment, of at most 2000 characters")
        // 3. Public keys alone: who writes a private key here has lost it (RFC 7517 §9.2).
        ?? Broken(client.Jwks?.HoldsSecrets == true, "jwks", "holds a private or symmetric key; that key must not be used any more, anywhere")
        // 4. Each key can be chosen (RFC 7517 §4.5).
        ?? Broken(client.Jwks?.IsAmbiguous == true, "jwks", "has two signing keys of one kid, or the same key twice")
        // 5. Who signs assertions has a key to verify them, of the algorithm that it names (OpenID Connect Core §9).
        ?? Broken(SignsAssertions(client) && client is { Jwks: null, JwksUri: null }, "token_endpoint_auth_method", "private_key_jwt needs jwks or jwks_uri")
        ?? Broken(SignsAssertions(client) && client.Jwks is { } jwks && !jwks.Verification.Keys.Any(key => IsOf(client, key)), "jwks", "has no signing key for the client's assertions")
        ?? Broken(!SignsAssertions(client) && client.TokenEndpointAuthSigningAlg is not null, "token_endpoint_auth_signing_alg", "needs token_endpoint_auth_method private_key_jwt");

    private static bool SignsAssertions(Client client) => client.TokenEndpointAuthMethod == ClientAuthenticationMethod.PrivateKeyJwt;

    private static bool IsOf(Client client, JsonWebKey key) =>
        client.TokenEndpointAuthSigningAlg is { } algorithm ? key.Allows(algorithm) : key.Algorithms.Any(client.Accepts);

    private static bool IsFetchable(string uri) => WebUris.IsSecure(uri) && !uri.Contains('#', StringComparison.Ordinal);

    private static MetadataError? Broken(bool broken, string member, string message) => ClientMetadataRules.Refuse(broken, member, message);
}
