using System.Text;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Clients;

/// <summary>RFC 7591 §2 and OpenID Connect Registration §2: what an operator may write, and what silence means.</summary>
public sealed class ClientMetadataRulesTests
{
    private const string NewId = "0f8fad5bd9cb469fa16570867728950e";

    private static readonly Resource Orders = new()
    {
        Identifier = "https://orders.example",
        Name = "Orders",
        Scopes = [new("orders.read"), new("orders.write")],
    };

    private static readonly ClientMetadata App = new() { RedirectUris = ["https://app.example/cb"] };

    private static readonly ClientMetadata Spa = App with
    {
        TokenEndpointAuthMethod = "none",
        GrantTypes = ["authorization_code", "refresh_token"],
        AllowedOrigins = ["https://app.example"],
        RefreshTokenDelivery = "cookie",
    };

    private static readonly ClientMetadata Service = new()
    {
        GrantTypes = ["client_credentials"],
        Resources = [Orders.Identifier],
        Scope = "orders.read",
    };

    [Fact]
    public void Silence_is_a_confidential_client_of_the_code_flow_with_PKCE_and_consent()
    {
        var client = Allowed(App);

        Assert.Equal(NewId, client.ClientId);
        Assert.Equal(NewId, client.ClientName);
        Assert.Equal(["authorization_code"], client.GrantTypes);
        Assert.Equal(ClientAuthenticationMethod.ClientSecretBasic, client.TokenEndpointAuthMethod);
        Assert.Equal(ApplicationType.Web, client.ApplicationType);
        Assert.Equal("openid profile email", client.Scope.ToString());
        Assert.Equal("RS256", client.IdTokenSignedResponseAlg.Name);
        Assert.Equal("RS256", client.IntrospectionSignedResponseAlg.Name);
        Assert.True(client.RequirePkce);
        Assert.True(client.RequireConsent);
    }

    [Fact]
    public void Refresh_tokens_are_in_the_body_unless_a_cookie_is_asked_for()
    {
        Assert.Equal(RefreshTokenDelivery.Body, Allowed(App).RefreshTokenDelivery);
        Assert.Equal(RefreshTokenDelivery.Body, Allowed(Spa with { RefreshTokenDelivery = "body" }).RefreshTokenDelivery);
        Assert.Equal(RefreshTokenDelivery.Cookie, Allowed(Spa).RefreshTokenDelivery);
    }

    [Fact]
    public void A_service_gets_no_scope_that_it_did_not_name()
    {
        Assert.Equal("orders.read", Allowed(Service).Scope.ToString());
        Assert.Empty(Allowed(Service with { Scope = null }).Scope);
    }

    [Fact]
    public void An_API_that_only_introspects_takes_part_in_no_flow()
    {
        var client = Allowed(new() { Introspects = [Orders.Identifier] });

        Assert.Empty(client.GrantTypes);
        Assert.Empty(client.RedirectUris);
        Assert.Empty(client.Scope);
    }

    [Fact]
    public void What_is_printed_of_a_client_makes_the_same_client_again()
    {
        var client = Allowed(App with
        {
            ClientId = "app",
            ClientName = "Þe App ⚡",
            GrantTypes = ["authorization_code", "refresh_token", "client_credentials"],
            PostLogoutRedirectUris = ["https://app.example/bye"],
            Scope = "openid offline_access orders.read",
            Resources = [Orders.Identifier],
            Introspects = [Orders.Identifier],
            AllowedOrigins = ["https://app.example", "http://localhost:3000"],
            RefreshTokenDelivery = "cookie",
            TokenEndpointAuthMethod = "client_secret_post",
            IdTokenSignedResponseAlg = "ES256",
            IntrospectionSignedResponseAlg = "PS256",
            RequireConsent = false,
            RequirePkce = false,
            DefaultMaxAge = 600,
            BackchannelLogoutUri = "https://app.internal.example/logout?from=idp",
            BackchannelLogoutSessionRequired = true,
            FrontchannelLogoutUri = "https://app.example/frame?a=b",
            FrontchannelLogoutSessionRequired = true,
            ClientUri = "https://app.example",
            LogoUri = "http://127.0.0.1:8081/logo.png",
            PolicyUri = "https://app.example/policy",
            TosUri = "https://app.example/tos",
            Contacts = ["ops@app.example"],
        });

        var printed = ClientMetadata.Of(client);
        var again = Allowed(printed);

        Assert.Equivalent(client, again, strict: true);
        Assert.Equal(["code"], printed.ResponseTypes);
    }

    [Fact]
    public void A_device_signs_people_in_without_any_redirect()
    {
        var client = Allowed(new() { GrantTypes = [GrantTypes.DeviceCode, GrantTypes.RefreshToken], TokenEndpointAuthMethod = "none" });

        Assert.Equal("openid profile email", client.Scope.ToString());
        Assert.Empty(client.RedirectUris);
        Assert.Empty(ClientMetadata.Of(client).ResponseTypes!);
    }

    [Fact]
    public void A_policy_of_exchanges_may_leave_out_what_it_does_not_need_and_nothing_unknown_is_ignored()
    {
        var read = MetadataJson.Read("""{"token_exchange":{"subject_audiences":["https://orders.example"],"delegation":true}}"""u8, ClientMetadataJson.Default.ClientMetadata);
        var written = Assert.IsType<Validated<ClientMetadata>.Valid>(read).Value;
        var policy = Allowed(Exchanger with { TokenExchange = written.TokenExchange }).TokenExchange!;
        Assert.Equal("https://orders.example", Assert.Single(policy.SubjectAudiences));
        Assert.Equal((true, false, 0, 0), (policy.Delegation, policy.Impersonation, policy.SubjectClients.Count, policy.Resources.Count));

        var unknown = MetadataJson.Read("""{"token_exchange":{"everything":true}}"""u8, ClientMetadataJson.Default.ClientMetadata);
        Assert.Equal("token_exchange", Assert.IsType<Validated<ClientMetadata>.Invalid>(unknown).Error.Member);
    }

    private static readonly ClientMetadata Till = new() { GrantTypes = [GrantTypes.Backchannel], BackchannelTokenDeliveryMode = "poll" };

    [Fact]
    public void How_a_client_hears_of_an_answer_is_kept_as_it_was_written()
    {
        var client = Allowed(Till with { BackchannelTokenDeliveryMode = "ping", BackchannelClientNotificationEndpoint = "https://app.example/ping" });
        Assert.Equal((BackchannelDelivery.Ping, "https://app.example/ping", "openid profile email"), (client.BackchannelTokenDeliveryMode, client.BackchannelClientNotificationEndpoint, client.Scope.ToString()));
        Assert.Equivalent(client, Allowed(ClientMetadata.Of(client)), strict: true);
    }

    private static readonly ClientMetadata Exchanger = Service with
    {
        GrantTypes = [GrantTypes.TokenExchange],
        TokenExchange = new() { SubjectClients = ["app"], Resources = [Orders.Identifier], Scope = "orders.read", Delegation = true },
    };

    [Fact]
    public void What_may_be_exchanged_is_kept_as_it_was_written()
    {
        var client = Allowed(Exchanger);
        Assert.Equivalent(Exchanger.TokenExchange, client.TokenExchange, strict: true);
        Assert.Equivalent(client, Allowed(ClientMetadata.Of(client)), strict: true);
    }

    public static TheoryData<string, string, ClientMetadata> Mistakes() => new()
    {
        { "client_id", "empty", App with { ClientId = "" } },
        { "client_id", "a space", App with { ClientId = "my app" } },
        { "client_id", "would read as an option", App with { ClientId = "-app" } },
        { "client_id", "could be a user's sub", App with { ClientId = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff" } },
        { "client_name", "a line end", App with { ClientName = "a\nb" } },
        { "client_name", "turns its neighbours round", App with { ClientName = "a\u202Eb" } },
        { "client_name", "too long", App with { ClientName = new('a', 201) } },
        { "application_type", "unknown", App with { ApplicationType = "browser" } },
        { "token_endpoint_auth_method", "not supported", App with { TokenEndpointAuthMethod = "client_secret_jwt" } },
        { "id_token_signed_response_alg", "none", App with { IdTokenSignedResponseAlg = "none" } },
        { "id_token_signed_response_alg", "symmetric", App with { IdTokenSignedResponseAlg = "HS256" } },
        { "introspection_signed_response_alg", "none", App with { IntrospectionSignedResponseAlg = "none" } },
        { "introspection_signed_response_alg", "symmetric", App with { IntrospectionSignedResponseAlg = "HS256" } },
        { "token_exchange", "a grant without a policy", Exchanger with { TokenExchange = null } },
        { "token_exchange", "a policy without the grant", Service with { TokenExchange = Exchanger.TokenExchange } },
        { "token_exchange", "a public client", Exchanger with { TokenEndpointAuthMethod = "none" } },
        { "token_exchange", "of nobody", Exchanger with { TokenExchange = new() { Delegation = true } } },
        { "token_exchange", "in no way", Exchanger with { TokenExchange = new() { SubjectClients = ["app"] } } },
        { "token_exchange", "a null in a list", Exchanger with { TokenExchange = new() { SubjectClients = [null!], Delegation = true } } },
        { "token_exchange", "too many", Exchanger with { TokenExchange = new() { SubjectClients = [.. Enumerable.Range(0, 51).Select(i => $"{i}")], Delegation = true } } },
        { "token_exchange", "no plain text", Exchanger with { TokenExchange = new() { SubjectClients = ["a\nb"], Delegation = true } } },
        { "token_exchange", "an API that isn't the client's", Exchanger with { TokenExchange = Exchanger.TokenExchange! with { Resources = ["https://other.example"] } } },
        { "token_exchange", "a scope that isn't the client's", Exchanger with { TokenExchange = Exchanger.TokenExchange! with { Scope = "orders.write" } } },
        { "grant_types", "assertions without credentials", Service with { GrantTypes = [GrantTypes.JwtBearer], TokenEndpointAuthMethod = "none" } },
        { "grant_types", "the back channel without credentials", Till with { TokenEndpointAuthMethod = "none" } },
        { "backchannel_token_delivery_mode", "unknown", Till with { BackchannelTokenDeliveryMode = "push" } },
        { "backchannel_token_delivery_mode", "none", Till with { BackchannelTokenDeliveryMode = null } },
        { "backchannel_token_delivery_mode", "without the grant", App with { BackchannelTokenDeliveryMode = "poll" } },
        { "backchannel_client_notification_endpoint", "none for ping", Till with { BackchannelTokenDeliveryMode = "ping" } },
        { "backchannel_client_notification_endpoint", "one for poll", Till with { BackchannelClientNotificationEndpoint = "https://app.example/ping" } },
        { "backchannel_client_notification_endpoint", "not secure", Till with { BackchannelTokenDeliveryMode = "ping", BackchannelClientNotificationEndpoint = "http://app.example/ping" } },
        { "grant_types", "the implicit one", App with { GrantTypes = ["implicit"] } },
        { "grant_types", "the password one", App with { GrantTypes = ["password"] } },
        { "grant_types", "twice", App with { GrantTypes = ["authorization_code", "authorization_code"] } },
        { "grant_types", "nothing at all", App with { GrantTypes = [] } },
        { "grant_types", "refresh without a sign-in", Service with { GrantTypes = ["client_credentials", "refresh_token"] } },
        { "grant_types", "credentials without any", Service with { TokenEndpointAuthMethod = "none" } },
        { "response_types", "the implicit one", App with { ResponseTypes = ["token"] } },
        { "response_types", "the hybrid one", App with { ResponseTypes = ["code id_token"] } },
        { "response_types", "none for the code flow", App with { ResponseTypes = [] } },
        { "response_types", "code without the code flow", Service with { ResponseTypes = ["code"] } },
        { "redirect_uris", "none for the code flow", App with { RedirectUris = null } },
        { "redirect_uris", "without the code flow", Service with { RedirectUris = App.RedirectUris } },
        { "redirect_uris", "http", App with { RedirectUris = ["http://app.example/cb"] } },
        { "redirect_uris", "a wildcard", App with { RedirectUris = ["https://*.app.example/cb"] } },
        { "redirect_uris", "a fragment", App with { RedirectUris = ["https://app.example/cb#x"] } },
        { "redirect_uris", "a private scheme on the web", App with { RedirectUris = ["com.example.app:/cb"] } },
        { "redirect_uris", "twice", App with { RedirectUris = ["https://app.example/cb", "https://app.example/cb"] } },
        { "redirect_uris", "too many", App with { RedirectUris = [.. Enumerable.Range(0, 51).Select(i => $"https://app.example/{i}")] } },
        { "post_logout_redirect_uris", "http", App with { PostLogoutRedirectUris = ["http://app.example/bye"] } },
        { "post_logout_redirect_uris", "without the code flow", Service with { PostLogoutRedirectUris = ["https://app.example/bye"] } },
        { "resources", "unknown", App with { Resources = ["https://other.example"] } },
        { "resources", "twice", Service with { Resources = [Orders.Identifier, Orders.Identifier] } },
        { "resources", "too many", App with { Resources = [.. Enumerable.Range(0, 51).Select(i => $"https://{i}.example")] } },
        { "resources", "too long together", App with { Resources = [.. Enumerable.Range(0, 49).Select(i => $"https://{i}.example/{new string('a', 90)}")] } },
        { "introspects", "unknown", App with { Introspects = ["https://other.example"] } },
        { "introspects", "without proving who asks", App with { TokenEndpointAuthMethod = "none", Introspects = [Orders.Identifier] } },
        { "scope", "not scope tokens", App with { Scope = "openid \"x\"" } },
        { "scope", "of no resource of the client's", App with { Scope = "openid orders.read" } },
        { "scope", "too long", App with { Scope = string.Join(' ', Enumerable.Range(0, 500).Select(i => $"scope{i:000}")) } },
        { "scope", "about a person where there is none", Service with { Scope = "orders.read email" } },
        { "scope", "offline without refresh", App with { Scope = "openid offline_access" } },
        { "require_pkce", "a public client without", App with { TokenEndpointAuthMethod = "none", RequirePkce = false } },
        { "allowed_origins", "any", App with { AllowedOrigins = ["*"] } },
        { "allowed_origins", "null", App with { AllowedOrigins = ["null"] } },
        { "allowed_origins", "a path", App with { AllowedOrigins = ["https://app.example/"] } },
        { "allowed_origins", "the scheme's own port", App with { AllowedOrigins = ["https://app.example:443"] } },
        { "allowed_origins", "capitals", App with { AllowedOrigins = ["https://App.example"] } },
        { "allowed_origins", "http", App with { AllowedOrigins = ["http://app.example"] } },
        { "allowed_origins", "a wildcard", App with { AllowedOrigins = ["https://*.app.example"] } },
        { "refresh_token_delivery", "unknown", Spa with { RefreshTokenDelivery = "Cookie" } },
        { "refresh_token_delivery", "a cookie of nothing", Spa with { GrantTypes = ["authorization_code"] } },
        { "refresh_token_delivery", "a cookie from nowhere", Spa with { AllowedOrigins = null } },
        { "backchannel_logout_uri", "http", App with { BackchannelLogoutUri = "http://app.example/out" } },
        { "backchannel_logout_uri", "a fragment", App with { BackchannelLogoutUri = "https://app.example/out#x" } },
        { "backchannel_logout_uri", "a user name", App with { BackchannelLogoutUri = "https://you@app.example/out" } },
        { "backchannel_logout_uri", "a path", App with { BackchannelLogoutUri = "/out" } },
        { "backchannel_logout_uri", "where nobody signs in", Service with { BackchannelLogoutUri = "https://app.example/out" } },
        { "backchannel_logout_session_required", "of no address", App with { BackchannelLogoutSessionRequired = true } },
        { "frontchannel_logout_uri", "http", App with { FrontchannelLogoutUri = "http://app.example/out" } },
        { "frontchannel_logout_uri", "a fragment", App with { FrontchannelLogoutUri = "https://app.example/out#x" } },
        { "frontchannel_logout_uri", "another host", App with { FrontchannelLogoutUri = "https://other.example/out" } },
        { "frontchannel_logout_uri", "another port", App with { FrontchannelLogoutUri = "https://app.example:8443/out" } },
        { "frontchannel_logout_uri", "an address that no policy can name", App with { RedirectUris = ["http://[::1]:8081/cb"], FrontchannelLogoutUri = "http://[::1]:8081/out" } },
        { "frontchannel_logout_uri", "where nobody signs in", Service with { FrontchannelLogoutUri = "https://app.example/out" } },
        { "frontchannel_logout_session_required", "of no address", App with { FrontchannelLogoutSessionRequired = true } },
        { "client_uri", "http", App with { ClientUri = "http://app.example" } },
        { "logo_uri", "a script", App with { LogoUri = "javascript:alert(1)" } },
        { "policy_uri", "a path", App with { PolicyUri = "/policy" } },
        { "tos_uri", "a user name", App with { TosUri = "https://you@app.example" } },
        { "default_max_age", "negative", App with { DefaultMaxAge = -1 } },
        { "default_acr_values", "with a space", App with { DefaultAcrValues = ["a b"] } },
        { "default_acr_values", "too many", App with { DefaultAcrValues = [.. Enumerable.Range(0, 21).Select(n => $"{n}")] } },
        { "subject_type", "unknown", App with { SubjectType = "Pairwise" } },
        { "subject_type", "of two hosts", App with { SubjectType = "pairwise", RedirectUris = ["https://app.example/cb", "https://two.example/cb"] } },
        { "sector_identifier_uri", "http", App with { SectorIdentifierUri = "http://app.example/sector.json" } },
        { "sector_identifier_uri", "a fragment", App with { SectorIdentifierUri = "https://app.example/sector.json#x" } },
        { "userinfo_signed_response_alg", "none", App with { UserinfoSignedResponseAlg = "none" } },
        { "id_token_encrypted_response_alg", "unknown", App with { IdTokenEncryptedResponseAlg = "RSA1_5", IdTokenEncryptedResponseEnc = "A256GCM", JwksUri = "https://app.example/jwks.json" } },
        { "id_token_encrypted_response_alg", "without a key", App with { IdTokenEncryptedResponseAlg = "RSA-OAEP-256", IdTokenEncryptedResponseEnc = "A256GCM" } },
        { "id_token_encrypted_response_enc", "the RFC's default", App with { IdTokenEncryptedResponseAlg = "ECDH-ES", JwksUri = "https://app.example/jwks.json" } },
        { "id_token_encrypted_response_enc", "of nothing", App with { IdTokenEncryptedResponseEnc = "A256GCM" } },
        { "userinfo_encrypted_response_enc", "unknown", App with { UserinfoEncryptedResponseAlg = "ECDH-ES", UserinfoEncryptedResponseEnc = "A128CBC-HS256" } },
        { "userinfo_encrypted_response_alg", "unsigned", App with { UserinfoEncryptedResponseAlg = "ECDH-ES", UserinfoEncryptedResponseEnc = "A256GCM", JwksUri = "https://app.example/jwks.json" } },
        { "contacts", "a control character", App with { Contacts = ["a\u0000b"] } },
        { "contacts", "too many", App with { Contacts = [.. Enumerable.Repeat("ops@app.example", 11)] } },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Names_the_member_to_correct(string member, string why, ClientMetadata metadata)
    {
        var error = Refused(metadata);

        Assert.True(error.Member == member, $"{why}: {error}");
        Assert.DoesNotContain(error.ToString(), char.IsControl);
    }

    [Fact]
    public void A_native_client_may_have_its_own_scheme()
    {
        var client = Allowed(App with { ApplicationType = "native", TokenEndpointAuthMethod = "none", RedirectUris = ["com.example.app:/cb", "http://127.0.0.1/cb"] });

        Assert.True(client.IsPublic);
        Assert.Equal(ApplicationType.Native, client.ApplicationType);
    }

    [Fact]
    public void A_confidential_client_may_do_without_PKCE_and_its_operator_is_warned()
    {
        var decided = Assert.IsType<Validated<Client>.Valid>(Decide(App with { RequirePkce = false }));

        Assert.False(decided.Value.RequirePkce);
        Assert.StartsWith("require_pkce: ", Assert.Single(decided.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_resource_without_any_of_its_scopes_is_allowed_and_warned_of()
    {
        var decided = Assert.IsType<Validated<Client>.Valid>(Decide(Service with { Scope = null }));

        Assert.Contains("orders.read orders.write", Assert.Single(decided.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Warns_of_two_resources_that_define_the_same_scope()
    {
        var both = App with { Resources = [Orders.Identifier, "https://returns.example"], Scope = "openid orders.read returns.read" };
        var returns = new Resource { Identifier = "https://returns.example", Name = "Returns", Scopes = [new("returns.read"), new("orders.write")] };

        var warning = Assert.Single(Assert.IsType<Validated<Client>.Valid>(ClientMetadataRules.Decide(both, NewId, [Orders, returns])).Warnings);
        Assert.Contains("'orders.write'", warning, StringComparison.Ordinal);

        var apart = returns with { Scopes = [new("returns.read")] };
        Assert.Empty(Assert.IsType<Validated<Client>.Valid>(ClientMetadataRules.Decide(both, NewId, [Orders, apart])).Warnings);
    }

    [Fact]
    public void Warns_where_consent_is_left_out_for_a_native_client_that_any_app_on_the_device_could_be()
    {
        var native = App with { ApplicationType = "native", TokenEndpointAuthMethod = "none", RequireConsent = false };
        foreach (var uri in new[] { "com.example.app:/cb", "http://127.0.0.1/cb", "http://localhost:3000/cb" })
        {
            var warnings = Assert.IsType<Validated<Client>.Valid>(Decide(native with { RedirectUris = ["https://app.example/cb", uri] })).Warnings;
            Assert.StartsWith("require_consent: ", Assert.Single(warnings), StringComparison.Ordinal);
        }

        var ownsItsAddress = native with { RedirectUris = ["https://app.example/cb"] };
        var hasSecret = native with { TokenEndpointAuthMethod = "client_secret_basic", RedirectUris = ["http://127.0.0.1/cb"] };
        var asks = native with { RequireConsent = true, RedirectUris = ["http://127.0.0.1/cb"] };
        Assert.All([ownsItsAddress, hasSecret, asks], client => Assert.Empty(Assert.IsType<Validated<Client>.Valid>(Decide(client)).Warnings));
    }

    [Theory]
    [InlineData("""{"redirect_uri": ["https://app.example/cb"]}""", "redirect_uri")]
    [InlineData("""{"client_secret": "chosen"}""", "client_secret")]
    [InlineData("""{"redirect_uris": "https://app.example/cb"}""", "redirect_uris")]
    [InlineData("""{"redirect_uris": [1]}""", "redirect_uris")]
    [InlineData("""{"redirect_uris": [null]}""", "redirect_uris")]
    [InlineData("""{"require_pkce": "false"}""", "require_pkce")]
    [InlineData("""{"default_max_age": 1.5}""", "default_max_age")]
    [InlineData("""{"scope": "openid", "scope": "orders.write"}""", "metadata")]
    [InlineData("""{"a\nb": 1}""", "metadata")]
    [InlineData("""["https://app.example/cb"]""", "metadata")]
    [InlineData("""{"scope": "openid",}""", "metadata")]
    [InlineData("scope=openid", "metadata")]
    [InlineData("", "metadata")]
    public void Refuses_JSON_that_is_not_metadata(string json, string member)
    {
        var read = MetadataJson.Read(Encoding.UTF8.GetBytes(json), ClientMetadataJson.Default.ClientMetadata);

        var error = Assert.IsType<Validated<ClientMetadata>.Invalid>(read).Error;
        Assert.Equal(member, error.Member);
        Assert.DoesNotContain(error.ToString(), char.IsControl);
    }

    [Fact]
    public void A_null_is_an_absent_member()
    {
        var read = MetadataJson.Read("""{"redirect_uris": ["https://app.example/cb"], "scope": null, "require_consent": null}"""u8, ClientMetadataJson.Default.ClientMetadata);

        Assert.True(Allowed(Assert.IsType<Validated<ClientMetadata>.Valid>(read).Value).RequireConsent);
    }

    private static Validated<Client> Decide(ClientMetadata metadata) => ClientMetadataRules.Decide(metadata, NewId, [Orders]);

    private static Client Allowed(ClientMetadata metadata) => Decide(metadata) switch
    {
        Validated<Client>.Valid valid => valid.Value,
        var refused => throw new InvalidOperationException(((Validated<Client>.Invalid)refused).Error.ToString()),
    };

    private static MetadataError Refused(ClientMetadata metadata) => Assert.IsType<Validated<Client>.Invalid>(Decide(metadata)).Error;
}
