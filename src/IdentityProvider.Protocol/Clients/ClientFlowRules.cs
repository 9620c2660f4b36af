namespace IdentityProvider.Protocol.Clients;

/// <summary>Grant types, response types and client authentication that go together (RFC 7591 §2, §2.1).</summary>
internal static class ClientFlowRules
{
    private const string Code = "code";

    /// <param name="metadata">What was written, for the one member that a client doesn't keep.</param>
    /// <param name="client">What it would become.</param>
    public static MetadataError? Refuse(ClientMetadata metadata, Client client)
    {
        var grantTypes = client.GrantTypes;
        var usesCookie = client.RefreshTokenDelivery == RefreshTokenDelivery.Cookie;
        var usesCode = client.Allows(GrantTypes.AuthorizationCode);
        return
            // 1. Grant types that exist here, each once.
            Broken(grantTypes.Any(g => !GrantTypes.All.Contains(g, StringComparer.Ordinal)), "grant_types", $"can be {string.Join(", ", GrantTypes.All)}")
            ?? Broken(grantTypes.Distinct(StringComparer.Ordinal).Count() < grantTypes.Count, "grant_types", "names one twice")
            // 2. A client that does something: a flow, or introspection.
            ?? Broken(grantTypes.Count == 0 && client.Introspects.Count == 0, "grant_types", "must name one; only a client that introspects can do without")
            // 3. A refresh token comes from a sign-in (RFC 6749 §1.5).
            ?? Broken(client.Allows(GrantTypes.RefreshToken) && !client.SignsPeopleIn, "grant_types", "refresh_token needs a grant type beside it by which people sign in")
            // 4. Client credentials need credentials (RFC 6749 §4.4).
            ?? Broken(client.IsPublic && client.Allows(GrantTypes.ClientCredentials), "grant_types", "client_credentials needs a client that authenticates; this one's token_endpoint_auth_method is none")
            ?? Broken(client.IsPublic && client.Allows(GrantTypes.JwtBearer), "grant_types", "the JWT bearer grant needs a client that authenticates; this one's token_endpoint_auth_method is none")
            // 5. The code flow and nothing else (RFC 7591 §2.1; RFC 9700 §2.1.2).
            ?? Broken(metadata.ResponseTypes?.Any(r => r != Code) == true, "response_types", "can only be code")
            ?? Broken(metadata.ResponseTypes is { } written && written.Contains(Code) != usesCode, "response_types", usesCode ? "must be code, as grant_types has authorization_code" : "code needs the grant type authorization_code")
            ?? Broken(metadata.ResponseTypes?.Count > 1, "response_types", "names one twice")
            // 6. A cookie for refresh tokens where there are any, and an origin from which it counts.
            ?? Broken(usesCookie && !client.Allows(GrantTypes.RefreshToken), "refresh_token_delivery", "cookie needs the grant type refresh_token")
            ?? Broken(usesCookie && client.AllowedOrigins.Count == 0, "refresh_token_delivery", "cookie needs allowed_origins: from nowhere else it counts");
    }

    private static MetadataError? Broken(bool broken, string member, string message) => ClientMetadataRules.Refuse(broken, member, message);
}
