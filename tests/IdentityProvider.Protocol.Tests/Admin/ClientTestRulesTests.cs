using System.Text;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Clients;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Admin;

public sealed class ClientTestRulesTests
{
    private const string Callback = Given.Issuer + ClientTestRules.CallbackPath;

    public static TheoryData<string> Beyond =>
        ["grant_types", "redirect_uris", "subject_type", "profile", "require_pushed_authorization_requests", "require_signed_request_object", "dpop_bound_access_tokens", "tls_client_certificate_bound_access_tokens", "refresh_token_delivery"];

    [Theory]
    [MemberData(nameof(Beyond))]
    public void What_only_the_client_can_do_is_not_tested(string member)
    {
        var client = Given.Client();
        client = member switch
        {
            "grant_types" => client with { GrantTypes = [GrantTypes.ClientCredentials] },
            "redirect_uris" => client with { RegisteredBy = Guid.Empty },
            "subject_type" => client with { SubjectType = SubjectType.Pairwise },
            "profile" => client with { Profile = ClientProfile.Fapi2 },
            "require_pushed_authorization_requests" => client with { RequirePushedAuthorizationRequests = true },
            "require_signed_request_object" => client with { RequireSignedRequestObject = true },
            "dpop_bound_access_tokens" => client with { DpopBoundAccessTokens = true },
            "tls_client_certificate_bound_access_tokens" => client with { TlsClientCertificateBoundAccessTokens = true },
            _ => Given.BrowserClient(),
        };

        Assert.Equal(member, ClientTestRules.Refuse(client)!.Member);
    }

    [Fact]
    public void A_web_application_and_a_public_client_are()
    {
        Assert.Null(ClientTestRules.Refuse(Given.Client()));
        Assert.Null(ClientTestRules.Refuse(Given.PublicClient()));
        Assert.Equal("redirect_uris", ClientTestRules.Refuse(Given.Client() with { RedirectUris = [.. Enumerable.Range(0, ClientMetadataRules.MostUris).Select(i => $"https://app.example/{i}")] })!.Member);
    }

    [Fact]
    public void The_consoles_address_comes_once_and_goes_and_nothing_else_changes()
    {
        var client = Given.Client();
        var tested = ClientTestRules.WithCallback(client, Given.Issuer);
        Assert.Equal([.. client.RedirectUris, Callback], tested.RedirectUris);
        Assert.Equal(tested.RedirectUris, ClientTestRules.WithCallback(client with { RedirectUris = tested.RedirectUris! }, Given.Issuer).RedirectUris);

        var after = ClientTestRules.Without(client with { RedirectUris = tested.RedirectUris! }, Given.Issuer);
        Assert.Equal(client.RedirectUris, after.RedirectUris);
        Assert.Equal(ClientMetadata.Of(client).Scope, after.Scope);
    }

    [Fact]
    public void The_request_is_the_clients_own_with_PKCE_and_leads_here()
    {
        Assert.True(Parameters.Parse(Encoding.ASCII.GetBytes(ClientTestRules.Request(Given.Issuer, Given.Client(), "https://notes.example", ScopeSet.Of(["openid", "notes.read"]), "sealed", "secret", "salt"))).Try(out var asked, out _));
        Assert.Equal(
            ("app", Callback, "code", "openid notes.read", "sealed", "S256", "https://notes.example"),
            (asked["client_id"], asked["redirect_uri"], asked["response_type"], asked["scope"], asked["state"], asked["code_challenge_method"], asked["resource"]));
        Assert.DoesNotContain("secret", ClientTestRules.Request(Given.Issuer, Given.Client(), null, ScopeSet.Empty, "sealed", "secret", "salt"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_is_told_by_its_claims_and_never_whole()
    {
        Assert.Equal("{\"sub\":\"1\"}", ClientTestRules.ClaimsOf("e30.eyJzdWIiOiIxIn0.c2ln"));
        Assert.Null(ClientTestRules.ClaimsOf("opaque"));
        Assert.Null(ClientTestRules.ClaimsOf(null));
        Assert.Equal("eyJhbGci… (40 characters)", ClientTestRules.Shortened("eyJhbGci" + new string('x', 32)));
        Assert.Equal("ab… (8 characters)", ClientTestRules.Shortened("abcdefgh"));
    }
}
