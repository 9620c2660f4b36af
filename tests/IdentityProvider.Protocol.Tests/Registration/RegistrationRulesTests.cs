using System.Text;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Registration;

/// <summary>RFC 7591 §2, §5 and RFC 7592 §2.2: what a client may make of itself, within its policy.</summary>
public sealed class RegistrationRulesTests
{
    private const string NewId = "0f8fad5bd9cb469fa16570867728950e";

    private static readonly RegistrationPolicy Policy = new()
    {
        PolicyId = Guid.Parse("33333333-3333-4333-8333-333333333333"),
        Name = "Agents",
        Scope = ScopeSet.Of(["openid", "offline_access", "notes.read"]),
        Resources = [Given.NotesApi().Identifier],
    };

    private static readonly ClientMetadata App = new() { RedirectUris = ["https://app.example/cb"], TokenEndpointAuthMethod = "none" };

    [Fact]
    public void Silence_is_all_that_the_policy_lets_a_client_of_its_kind_have()
    {
        var client = Allowed(App with { GrantTypes = ["authorization_code", "refresh_token"] });

        Assert.Equal(NewId, client.ClientId);
        Assert.Equal(Policy.PolicyId, client.RegisteredBy);
        Assert.Equal("openid offline_access notes.read", client.Scope.ToString());
        Assert.Equal([Given.NotesApi().Identifier], client.Resources);
        Assert.Equal("openid notes.read", Allowed(App).Scope.ToString()); // no refresh_token, no offline_access
        Assert.Equal("openid", Allowed(App with { Resources = [] }, Policy with { Scope = ScopeSet.Of(["openid", "notes.read"]) }).Scope.ToString());
    }

    [Fact]
    public void Only_a_client_that_authenticates_does_without_PKCE_and_only_by_the_policy()
    {
        var confidential = App with { TokenEndpointAuthMethod = "client_secret_basic" };
        Assert.True(Allowed(confidential with { RequirePkce = false }).RequirePkce);
        Assert.False(Allowed(confidential, Policy with { RequirePkce = false }).RequirePkce);
        Assert.True(Allowed(App, Policy with { RequirePkce = false }).RequirePkce);
    }

    [Fact]
    public void A_service_gets_no_scope_about_people()
    {
        var policy = Policy with { GrantTypes = ["client_credentials"] };
        Assert.Equal("notes.read", Allowed(new() { GrantTypes = ["client_credentials"] }, policy).Scope.ToString());
    }

    [Theory]
    [InlineData("scope", "openid notes.write")]
    [InlineData("scope", "profile")]
    [InlineData("scope", "\"")]
    public void Refuses_a_scope_beyond_the_policy(string member, string scope) => Assert.Equal(member, Refused(App with { Scope = scope }));

    [Fact]
    public void Refuses_a_resource_or_a_grant_type_beyond_the_policy()
    {
        Assert.Equal("resources", Refused(App with { Resources = [Given.FilesApi().Identifier] }));
        Assert.Equal("grant_types", Refused(App with { GrantTypes = ["authorization_code", "client_credentials"] }));
    }

    [Theory]
    [InlineData("https://app.example/cb", true)]
    [InlineData("https://a.b.example/cb", true)]
    [InlineData("http://127.0.0.1:1234/cb", true)]
    [InlineData("http://localhost/cb", true)]
    [InlineData("https://b.example/cb", false)]
    [InlineData("https://evilapp.example/cb", false)]
    [InlineData("https://app.example.evil.example/cb", false)]
    [InlineData("com.example.app:/cb", false)]
    public void Redirects_only_to_hosts_of_the_policy(string uri, bool isAllowed)
    {
        var policy = Policy with { RedirectHosts = ["app.example", "*.b.example", "localhost"] };
        var decided = RegistrationRules.Decide(App with { ApplicationType = uri.Contains("com.example", StringComparison.Ordinal) ? "native" : null, RedirectUris = [uri] }, policy, NewId, [Given.NotesApi()]);
        Assert.Equal(isAllowed, decided is Validated<Client>.Valid);
    }

    [Fact]
    public void What_an_operator_decides_is_forced_whatever_was_asked()
    {
        var client = Allowed(App with
        {
            ClientId = "chosen",
            TokenEndpointAuthMethod = null,
            GrantTypes = ["authorization_code", "refresh_token"],
            RequireConsent = false,
            RequirePkce = false,
            Introspects = [Given.NotesApi().Identifier],
            AllowedOrigins = ["https://app.example"],
            RefreshTokenDelivery = "cookie",
        });

        Assert.Equal(NewId, client.ClientId);
        Assert.True(client.RequireConsent && client.RequirePkce);
        Assert.Empty(client.Introspects);
        Assert.Equal(RefreshTokenDelivery.Body, client.RefreshTokenDelivery);
    }

    [Fact]
    public void Browser_code_may_call_from_where_it_is_redirected_to_and_a_server_from_nowhere()
    {
        Assert.Equal(["https://app.example", "http://localhost:6274"], Allowed(App with { RedirectUris = ["https://app.example/cb", "http://localhost:6274/cb"] }).AllowedOrigins);
        Assert.Equal(["https://spa.example"], Allowed(App with { AllowedOrigins = ["https://spa.example"] }).AllowedOrigins);
        Assert.Empty(Allowed(App with { TokenEndpointAuthMethod = "client_secret_basic" }).AllowedOrigins);
    }

    [Theory]
    [InlineData("https://app.example/cb#fragment")]
    [InlineData("http://app.example/cb")]
    [InlineData("https://*.example/cb")]
    public void Redirect_URIs_obey_the_rules_of_everyone(string uri) => Assert.Equal("redirect_uris", Refused(App with { RedirectUris = [uri] }));

    [Fact]
    public void People_are_asked_each_time_about_one_that_redirects_to_their_own_device()
    {
        Assert.True(Allowed(App with { RedirectUris = ["http://localhost/cb"] }).CanBeImpersonatedAt("http://localhost/cb"));
        Assert.False(Allowed(App).CanBeImpersonatedAt("https://app.example/cb"));
        Assert.False((Allowed(App with { RedirectUris = ["http://localhost/cb"] }) with { RegisteredBy = null }).CanBeImpersonatedAt("http://localhost/cb"));
    }

    [Fact]
    public void An_update_names_the_client_and_nothing_that_is_the_servers()
    {
        var secret = "s3cret";
        var client = Allowed(App) with { Secrets = [new(SecretHash.Of(secret), Given.Now, Given.Now.AddHours(1))] };

        Assert.Null(RegistrationRules.RefuseUpdate(Written($$"""{"client_id":"{{NewId}}","client_secret":"{{secret}}"}"""), client, Given.Now));
        Assert.Null(RegistrationRules.RefuseUpdate(Written($$"""{"client_id":"{{NewId}}","client_id_issued_at":null}"""), client, Given.Now));
        Assert.Equal("client_id", Wrong("{}"));
        Assert.Equal("client_id", Wrong("""{"client_id":"other"}"""));
        Assert.Equal("client_secret", Wrong($$"""{"client_id":"{{NewId}}","client_secret":"chosen"}"""));
        Assert.Equal("client_secret", RegistrationRules.RefuseUpdate(Written($$"""{"client_id":"{{NewId}}","client_secret":"{{secret}}"}"""), client, Given.Now.AddHours(1))!.Member);
        foreach (var member in new[] { "registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at" })
            Assert.Equal(member, Wrong($$"""{"client_id":"{{NewId}}","{{member}}":"x"}"""));

        string Wrong(string body) => RegistrationRules.RefuseUpdate(Written(body), client, Given.Now)!.Member;
    }

    [Fact]
    public void What_an_operator_changed_is_no_longer_the_clients_to_write()
    {
        var registered = Allowed(App with { ClientName = "App", Scope = "openid notes.read", GrantTypes = ["authorization_code", "refresh_token"] });
        var narrowed = registered with { Scope = ScopeSet.Of(["openid"]), GrantTypes = ["authorization_code"], RequirePushedAuthorizationRequests = true, PolicyUri = null };
        var changed = OperatorMembers.Changed(registered, narrowed);
        Assert.Equal(["grant_types", "require_pushed_authorization_requests", "scope"], changed);
        Assert.Empty(OperatorMembers.Changed(registered, registered));

        var again = Allowed(
            App with { ClientName = "New", Scope = "openid notes.read", GrantTypes = ["authorization_code", "refresh_token"], RequirePushedAuthorizationRequests = false },
            standing: narrowed with { OperatorMembers = changed });
        Assert.Equal(("New", "openid", true), (again.ClientName, again.Scope.ToString(), again.RequirePushedAuthorizationRequests));
        Assert.Equal(["authorization_code"], again.GrantTypes);
        Assert.Equal(changed, again.OperatorMembers);
    }

    [Fact]
    public void What_an_operator_gave_beyond_the_policy_stays_and_what_only_they_give_makes_the_client_theirs()
    {
        var registered = Allowed(App with { Scope = "openid" });
        var wider = registered with { Scope = ScopeSet.Of(["openid", "notes.read", "notes.write"]), OperatorMembers = ["scope"] };
        Assert.Equal("openid notes.read notes.write", Allowed(App with { Scope = "openid" }, standing: wider).Scope.ToString());
        Assert.True(OperatorMembers.LeaveItToTheClient(wider));

        var vouched = registered with { RequireConsent = false };
        Assert.False(OperatorMembers.LeaveItToTheClient(vouched with { OperatorMembers = OperatorMembers.Changed(registered, vouched) }));
        Assert.False(Allowed(App, standing: vouched with { OperatorMembers = ["require_consent"] }).RequireConsent);
    }

    [Fact]
    public void A_client_that_people_meet_without_a_redirect_proves_its_sector_by_keys()
    {
        var policy = Policy with { GrantTypes = ["authorization_code", GrantTypes.DeviceCode, GrantTypes.Backchannel] };
        var pairwise = App with { SubjectType = "pairwise", GrantTypes = ["authorization_code"] };
        Assert.Equal("app.example", Allowed(pairwise, policy).Sector);

        foreach (var grant in new[] { GrantTypes.DeviceCode, GrantTypes.Backchannel })
        {
            var silent = pairwise with
            {
                GrantTypes = ["authorization_code", grant],
                TokenEndpointAuthMethod = "client_secret_basic",
                BackchannelTokenDeliveryMode = grant == GrantTypes.Backchannel ? "poll" : null,
            };
            var anothers = silent with { SectorIdentifierUri = "https://victim.example/sector.json" };
            var keyed = anothers with { TokenEndpointAuthMethod = "private_key_jwt", JwksUri = "https://app.example/jwks.json" };
            Assert.Equal("subject_type", Refused(silent, policy));
            Assert.Equal("subject_type", Refused(anothers, policy));
            Assert.Equal("subject_type", Refused(keyed with { SectorIdentifierUri = null }, policy));
            var client = Allowed(keyed, policy);
            Assert.Null(SectorIdentifierRules.Refuse(client, """["https://app.example/cb","https://app.example/jwks.json"]"""u8.ToArray()));
            Assert.Equal("must list the client's jwks_uri", SectorIdentifierRules.Refuse(client, """["https://app.example/cb"]"""u8.ToArray())!.Message);
            Assert.Null(SectorIdentifierRules.Refuse(client with { RegisteredBy = null }, """["https://app.example/cb"]"""u8.ToArray()));
        }
    }

    private static RegistrationRequest Written(string json) =>
        Assert.IsType<Validated<RegistrationRequest>.Valid>(RegistrationRequest.Read(Encoding.UTF8.GetBytes(json))).Value;

    private static Client Allowed(ClientMetadata metadata, RegistrationPolicy? policy = null, Client? standing = null) =>
        Assert.IsType<Validated<Client>.Valid>(RegistrationRules.Decide(metadata, policy ?? Policy, NewId, [Given.NotesApi()], standing)).Value;

    private static string Refused(ClientMetadata metadata, RegistrationPolicy? policy = null) =>
        Assert.IsType<Validated<Client>.Invalid>(RegistrationRules.Decide(metadata, policy ?? Policy, NewId, [Given.NotesApi()])).Error.Member;
}
