using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Clients;

/// <summary>
/// What a client of FAPI 2.0 must be (Security Profile §5.3, Message Signing §5.3). One word turns it on: what is silent takes the profile's
/// default, and what is written and doesn't fit is refused.
/// </summary>
internal static class ClientProfileRules
{
    /// <summary>Reads the profile into a client that has been read otherwise.</summary>
    public static MetadataError? Read(ClientMetadata metadata, ref Client client)
    {
        if (metadata.Profile is null)
            return null;
        if (!TryRead(metadata.Profile, out var profile))
            return new("profile", $"must be {NameOf(ClientProfile.Fapi2)} or {NameOf(ClientProfile.Fapi2MessageSigning)}");
        client = client with
        {
            Profile = profile,
            RequirePushedAuthorizationRequests = metadata.RequirePushedAuthorizationRequests ?? true,
            RequireSignedRequestObject = metadata.RequireSignedRequestObject ?? profile == ClientProfile.Fapi2MessageSigning,
            IdTokenSignedResponseAlg = metadata.IdTokenSignedResponseAlg is null ? SignatureAlgorithm.PS256 : client.IdTokenSignedResponseAlg,
            AuthorizationSignedResponseAlg = metadata.AuthorizationSignedResponseAlg is null ? SignatureAlgorithm.PS256 : client.AuthorizationSignedResponseAlg,
            IntrospectionSignedResponseAlg = metadata.IntrospectionSignedResponseAlg is null ? SignatureAlgorithm.PS256 : client.IntrospectionSignedResponseAlg,
        };
        return null;
    }

    /// <param name="client">A client of any kind.</param>
    /// <param name="known">Those resources that exist of the ones which the client names.</param>
    public static MetadataError? Refuse(Client client, IReadOnlyList<Resources.Resource> known)
    {
        if (client.Profile == ClientProfile.None)
            return null;
        var isKeyBound = client.TokenEndpointAuthMethod == ClientAuthenticationMethod.PrivateKeyJwt || ClientCertificateRules.IsFor(client);
        var unsafeResource = known.FirstOrDefault(r => client.Resources.Contains(r.Identifier, StringComparer.Ordinal) && !client.Accepts(r.SigningAlg));
        return
            // 1. It proves who it is by a key (Security Profile §5.3.2.1 number 6).
            Broken(!isKeyBound, "token_endpoint_auth_method", "must be private_key_jwt, tls_client_auth or self_signed_tls_client_auth")
            // 2. PS256 and ES256 alone, for what it signs and for what is signed for it (§5.4.1).
            ?? RefuseAlgorithm(client, "token_endpoint_auth_signing_alg", client.TokenEndpointAuthSigningAlg)
            ?? RefuseAlgorithm(client, "request_object_signing_alg", client.RequestObjectSigningAlg)
            ?? RefuseAlgorithm(client, "id_token_signed_response_alg", client.IdTokenSignedResponseAlg)
            ?? RefuseAlgorithm(client, "authorization_signed_response_alg", client.AuthorizationSignedResponseAlg)
            ?? RefuseAlgorithm(client, "userinfo_signed_response_alg", client.UserinfoSignedResponseAlg)
            ?? RefuseAlgorithm(client, "introspection_signed_response_alg", client.IntrospectionSignedResponseAlg)
            ?? Broken(unsafeResource is { Revocation: not Resources.RevocationStyle.Introspection }, "resources", $"{ClientMetadataRules.Quoted(unsafeResource?.Identifier)} has tokens signed by RS256; `idp resources update` can make it PS256 or ES256")
            // 3. Pushed requests with PKCE, and signed ones for message signing (Security Profile §5.3.2.2 numbers 2, 3, 5; Message Signing §5.3.1).
            ?? Broken(!client.RequirePushedAuthorizationRequests, "require_pushed_authorization_requests", "can't be false")
            ?? Broken(!client.RequirePkce, "require_pkce", "can't be false")
            ?? Broken(client.Profile == ClientProfile.Fapi2MessageSigning && !client.RequireSignedRequestObject, "require_signed_request_object", "can't be false for fapi2_message_signing")
            ?? Broken(client.RequestUris.Count > 0, "request_uris", "can't be used: requests are pushed")
            // 4. Tokens that are of no use to a thief (§5.3.2.1 number 5): by these, none is given that is bound to nothing.
            ?? Broken(client is { DpopBoundAccessTokens: false, TlsClientCertificateBoundAccessTokens: false }, "dpop_bound_access_tokens", "must be true, or tokens would be bound to nothing")
            // 5. Redirects to https, and to nothing else (§5.3.2.2 number 8).
            ?? Broken(!client.RedirectUris.All(uri => uri.StartsWith("https://", StringComparison.Ordinal)), "redirect_uris", "must be https");
    }

    /// <summary>The name on the wire; null for none.</summary>
    public static string? NameOf(ClientProfile profile) => profile switch
    {
        ClientProfile.Fapi2 => "fapi2",
        ClientProfile.Fapi2MessageSigning => "fapi2_message_signing",
        _ => null,
    };

    private static bool TryRead(string name, out ClientProfile profile)
    {
        profile = name == NameOf(ClientProfile.Fapi2MessageSigning) ? ClientProfile.Fapi2MessageSigning : ClientProfile.Fapi2;
        return name == NameOf(profile);
    }

    private static MetadataError? RefuseAlgorithm(Client client, string member, SignatureAlgorithm? algorithm) =>
        Broken(algorithm is not null && !client.Accepts(algorithm), member, "must be PS256 or ES256");

    private static MetadataError? Broken(bool broken, string member, string message) => ClientMetadataRules.Refuse(broken, member, $"{message}, as the profile is FAPI 2.0");
}
