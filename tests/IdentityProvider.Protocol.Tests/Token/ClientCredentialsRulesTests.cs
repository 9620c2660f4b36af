using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Token;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Token;

public sealed class ClientCredentialsRulesTests
{
    private static readonly Client Machine = Given.ConfidentialClient() with { GrantTypes = [GrantTypes.ClientCredentials] };
    private static readonly IReadOnlyList<Resource> Both = [Given.NotesApi(), Given.FilesApi()];

    [Fact]
    public void The_scope_asked_for_finds_its_resource()
    {
        var plan = Given.Allowed(Decide("&scope=files.read"));
        Assert.Equal("https://files.example", plan.AccessToken.Target.Resource!.Identifier);
        Assert.Equal("files.read", plan.AccessToken.Scope.ToString());
    }

    [Fact]
    public void There_is_no_person_so_no_refresh_token_no_ID_token_and_no_family()
    {
        var plan = Given.Allowed(Decide("&scope=files.read"));
        Assert.Null(plan.RefreshToken);
        Assert.Null(plan.IdToken);
        Assert.Null(plan.AccessToken.Family);
    }

    [Fact]
    public void Without_a_scope_the_client_gets_all_that_it_may_have_at_the_resource()
    {
        Assert.Equal("notes.read notes.write", Given.Allowed(Decide("&resource=https://notes.example")).AccessToken.Scope.ToString());
        Assert.Equal("files.read", Given.Allowed(Decide("", resources: [Given.FilesApi()])).AccessToken.Scope.ToString());
    }

    [Fact]
    public void A_client_without_resources_gets_a_token_without_scope() =>
        Assert.Empty(Given.Allowed(Decide("", resources: [])).AccessToken.Scope);

    [Fact]
    public void The_resource_decides_lifetime_and_algorithm()
    {
        var api = Given.NotesApi() with { AccessTokenLifetime = TimeSpan.FromMinutes(3), SigningAlg = Jose.SignatureAlgorithm.ES256 };
        var plan = Given.Allowed(Decide("&scope=notes.read", resources: [api]));
        Assert.Equal(Given.Now + TimeSpan.FromMinutes(3), plan.AccessToken.ExpiresAt);
        Assert.Same(Jose.SignatureAlgorithm.ES256, plan.AccessToken.Target.Algorithm);
    }

    [Theory]
    [InlineData("&scope=openid", Refusal.IdentityScopeWithoutUser)]
    [InlineData("&scope=notes.read+offline_access", Refusal.IdentityScopeWithoutUser)]
    [InlineData("&scope=notes.admin", Refusal.ScopeNotAllowed)]
    [InlineData("&scope=unheard.of", Refusal.ScopeNotAllowed)]
    [InlineData("&scope=files.read&resource=https://notes.example", Refusal.ScopeNotAllowed)]
    [InlineData("&resource=https://elsewhere.example", Refusal.ResourceNotAllowed)]
    [InlineData("&scope=notes.read+files.read", Refusal.SeveralResources)]
    [InlineData("&resource=https://notes.example&resource=https://files.example", Refusal.SeveralResources)]
    [InlineData("", Refusal.SeveralResources)]
    public void Refuses_what_the_client_may_not_have(string form, Refusal reason) => Assert.Equal(reason, Given.Refused(Decide(form)));

    [Fact]
    public void Refuses_a_scope_that_no_resource_knows_any_more() =>
        Assert.Equal(Refusal.ScopeNotAllowed, Given.Refused(Decide("&scope=files.read", resources: [Given.NotesApi()])));

    [Fact]
    public void Refuses_a_public_client()
    {
        var client = Given.PublicClient() with { GrantTypes = [GrantTypes.ClientCredentials] };
        Assert.Equal(Refusal.ClientCredentialsForPublicClient, Given.Refused(Decide("&scope=notes.read", client)));
    }

    private static Decision<TokenPlan> Decide(string form, Client? client = null, IReadOnlyList<Resource>? resources = null)
    {
        var request = Given.TokenRequest<TokenRequest.ClientCredentials>("grant_type=client_credentials" + form, client ?? Machine);
        return ClientCredentialsRules.Decide(request, Given.Authenticated(client ?? Machine), resources ?? Both, Given.Now);
    }
}
