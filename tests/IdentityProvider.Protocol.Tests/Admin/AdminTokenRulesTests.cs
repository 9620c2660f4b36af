using System.Text;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Admin;

public sealed class AdminTokenRulesTests
{
    private static readonly Client Console = Given.Client() with { Resources = [AdminApi.IdentifierOf(Given.Issuer)], Scope = ScopeSet.Of(["openid", "idp.read", "idp.write"]) };

    [Fact]
    public void A_persons_token_goes_as_far_as_its_scope_its_clients_and_their_role()
    {
        var authority = Given.Allowed(Decide(roles: ["operator"]));
        Assert.Null(authority.Refuse(AdminArea.Clients, writes: true));
        Assert.Equal(Refusal.AdminRoleInsufficient, authority.Refuse(AdminArea.Keys, writes: true));

        var narrowed = Given.Allowed(Decide(client: Console with { Scope = ScopeSet.Of(["idp.read"]) }, roles: ["admin"]));
        Assert.Equal(Refusal.AdminScopeInsufficient, narrowed.Refuse(AdminArea.Clients, writes: true));
    }

    [Fact]
    public void Refuses_a_person_without_a_role() => Assert.Equal(Refusal.AdminRoleInsufficient, Given.Refused(Decide(roles: [])));

    [Fact]
    public void Refuses_a_token_for_another_API() =>
        Assert.Equal(Refusal.BearerTokenForAnotherAudience, Given.Refused(AdminTokenRules.Decide(Given.VerifiedAccessToken(), Given.Issuer, Facts(Console), ["admin"], Given.Now)));

    [Fact]
    public void Refuses_a_token_whose_sign_in_has_ended() => Assert.Equal(
        Refusal.BearerTokenRevoked, Given.Refused(AdminTokenRules.Decide(Token(), Given.Issuer, Facts(Console) with { Family = Given.Family() with { EndedAt = Given.Now } }, ["admin"], Given.Now)));

    [Fact]
    public void Refuses_a_token_of_a_client_that_registered_itself()
    {
        foreach (var policy in new[] { RegistrationPolicy.OpenId, RegistrationPolicy.DocumentsId, Given.UserId })
            Assert.Equal(Refusal.AdminClientNotNamed, Given.Refused(Decide(client: Console with { RegisteredBy = policy, OperatorMembers = ["resources"] }, roles: ["admin"])));
    }

    [Fact]
    public void Refuses_a_token_of_a_client_that_no_longer_names_administration() =>
        Assert.Equal(Refusal.AdminClientNotNamed, Given.Refused(Decide(client: Console with { Resources = [] }, roles: ["admin"])));

    [Fact]
    public void Refuses_who_acts_for_another() =>
        Assert.Equal(Refusal.AdminByAnother, Given.Refused(AdminTokenRules.Decide(Token(new Actor("notes-api")), Given.Issuer, Facts(Console), ["admin"], Given.Now)));

    [Fact]
    public void A_client_that_is_named_in_any_way_is_an_admins_to_change()
    {
        var own = AdminApi.IdentifierOf(Given.Issuer);
        Assert.True(AdminTokenRules.Names(Given.Client() with { Resources = [own] }, Given.Issuer));
        Assert.True(AdminTokenRules.Names(Given.Client() with { Introspects = [own] }, Given.Issuer));
        Assert.True(AdminTokenRules.Names(Given.Client() with { TokenExchange = new() { Resources = [own] } }, Given.Issuer));
        Assert.False(AdminTokenRules.Names(Given.Client(), Given.Issuer));
    }

    private static Decision<AdminAuthority> Decide(Client? client = null, params string[] roles) =>
        AdminTokenRules.Decide(Token(), Given.Issuer, Facts(client ?? Console), roles, Given.Now);

    private static AccessTokenFacts Facts(Client client) => new(client, Given.Family(), Given.User(), IsRevoked: false);

    private static VerifiedAccessToken Token(Actor? actor = null)
    {
        var code = Given.Code() with { Scope = ScopeSet.Of(["idp.read", "idp.write"]), Resources = [AdminApi.IdentifierOf(Given.Issuer)] };
        var plan = Given.Plan(code, Given.ConfidentialClient() with { Resources = Console.Resources, Scope = Console.Scope }, AdminApi.Of(Given.Issuer)).AccessToken;
        var claims = Given.Claims(AccessToken.Sign(plan, Given.SigningKey, Given.Issuer, TokenIdentifier.InFamily(Given.FamilyId, [1, 2, 3, 4, 5, 6, 7, 8]))).GetRawText();
        if (actor is not null)
            claims = $"{claims[..^1]},\"act\":{Given.Written(actor.WriteTo).GetRawText()}}}";
        var jwt = Jws.Sign(Given.SigningKey, AccessToken.Typ, Encoding.UTF8.GetBytes(claims));
        return Given.Allowed(VerifiedAccessToken.Verify(jwt, Given.Jwks, Given.Issuer, Given.Now));
    }
}
