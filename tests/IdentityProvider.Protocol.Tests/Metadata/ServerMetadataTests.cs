using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Metadata;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Metadata;

/// <summary>The whole document, as a snapshot: what changes here changes what partners' libraries do.</summary>
public sealed class ServerMetadataTests
{
    private const string Snapshot = """
        {
          "issuer": "https://login.example.com",
          "authorization_endpoint": "https://login.example.com/authorize",
          "token_endpoint": "https://login.example.com/token",
          "device_authorization_endpoint": "https://login.example.com/device_authorization",
          "backchannel_authentication_endpoint": "https://login.example.com/bc-authorize",
          "userinfo_endpoint": "https://login.example.com/userinfo",
          "pushed_authorization_request_endpoint": "https://login.example.com/par",
          "jwks_uri": "https://login.example.com/.well-known/jwks.json",
          "introspection_endpoint": "https://login.example.com/introspect",
          "revocation_endpoint": "https://login.example.com/revoke",
          "end_session_endpoint": "https://login.example.com/logout",
          "status_list_aggregation_endpoint": "https://login.example.com/status",
          "status_events_endpoint": "https://login.example.com/status/events",
          "check_session_iframe": "https://login.example.com/session/check",
          "registration_endpoint": "https://login.example.com/register",
          "scopes_supported": ["openid", "profile", "email", "address", "phone", "offline_access"],
          "response_types_supported": ["code"],
          "response_modes_supported": ["query", "form_post", "jwt", "query.jwt", "form_post.jwt"],
          "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "urn:openid:params:grant-type:ciba"],
          "backchannel_token_delivery_modes_supported": ["poll", "ping"],
          "backchannel_user_code_parameter_supported": false,
          "subject_types_supported": ["public", "pairwise"],
          "id_token_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
          "request_object_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
          "authorization_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
          "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
          "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
          "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
          "introspection_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
          "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
          "revocation_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
          "userinfo_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
          "id_token_encryption_alg_values_supported": ["RSA-OAEP-256", "ECDH-ES"],
          "id_token_encryption_enc_values_supported": ["A256GCM"],
          "userinfo_encryption_alg_values_supported": ["RSA-OAEP-256", "ECDH-ES"],
          "userinfo_encryption_enc_values_supported": ["A256GCM"],
          "introspection_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
          "code_challenge_methods_supported": ["S256"],
          "dpop_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
          "prompt_values_supported": ["none", "login", "consent", "select_account"],
          "claim_types_supported": ["normal"],
          "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash",
            "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website", "gender",
            "birthdate", "zoneinfo", "locale", "updated_at", "email", "email_verified", "address", "phone_number", "phone_number_verified"],
          "claims_parameter_supported": true,
          "acr_values_supported": ["urn:idp:1fa", "urn:idp:2fa"],
          "display_values_supported": ["page"],
          "request_parameter_supported": true,
          "request_uri_parameter_supported": true,
          "require_request_uri_registration": true,
          "require_signed_request_object": false,
          "require_pushed_authorization_requests": false,
          "authorization_response_iss_parameter_supported": true,
          "backchannel_logout_supported": true,
          "backchannel_logout_session_supported": true,
          "frontchannel_logout_supported": true,
          "frontchannel_logout_session_supported": true,
          "ui_locales_supported": ["en"]
        }
        """;

    [Fact]
    public void The_document_is_the_one_that_partners_know()
    {
        using var expected = JsonDocument.Parse(Snapshot);
        using var actual = JsonDocument.Parse(ServerMetadata.Write(Offer));
        Assert.Equal(Pretty(expected), Pretty(actual));
    }

    [Fact]
    public void Where_anyone_may_make_an_account_a_client_may_ask_for_that()
    {
        using var document = JsonDocument.Parse(ServerMetadata.Write(Offer with { OffersAccounts = true }));
        Assert.Equal(["none", "login", "consent", "select_account", "create"], document.RootElement.GetProperty("prompt_values_supported").EnumerateArray().Select(value => value.GetString()));
    }

    [Fact]
    public void What_is_signed_says_the_same_under_the_same_issuer()
    {
        using var document = JsonDocument.Parse(ServerMetadata.Write(Offer, Given.SigningKey));
        var jwt = document.RootElement.GetProperty("signed_metadata").GetString()!;
        Assert.True(Jws.Verify(jwt, Given.Jwks, ServerMetadata.Typ).Accepted(out var verified, out _));

        var claims = verified.ClaimsOrNull()!.Value;
        Assert.Equal(Offer.Issuer, claims.GetProperty("iss").GetString());
        Assert.Equal(
            document.RootElement.EnumerateObject().Where(m => m.Name != "signed_metadata").Select(m => (m.Name, m.Value.GetRawText())),
            claims.EnumerateObject().Where(m => m.Name != "iss").Select(m => (m.Name, m.Value.GetRawText())));
        Assert.Equal(ServerMetadata.Write(Offer, Given.SigningKey), ServerMetadata.Write(Offer, Given.SigningKey));
    }

    [Fact]
    public void The_operators_pages_are_named_where_there_are_any()
    {
        using var document = JsonDocument.Parse(ServerMetadata.Write(Offer with { ServiceDocumentation = "https://a.example/docs", PolicyUri = "https://a.example/policy", TosUri = "https://a.example/terms" }));
        Assert.Equal(
            ("https://a.example/docs", "https://a.example/policy", "https://a.example/terms"),
            (Named("service_documentation"), Named("op_policy_uri"), Named("op_tos_uri")));

        string? Named(string member) => document.RootElement.GetProperty(member).GetString();
    }

    private static ServerOffer Offer { get; } = new("https://login.example.com");

    private static string Pretty(JsonDocument document) => JsonSerializer.Serialize(document, JsonSerializerOptions.Web);
}
