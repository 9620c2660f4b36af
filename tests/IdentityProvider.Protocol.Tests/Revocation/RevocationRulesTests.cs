using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Revocation;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Revocation;

public sealed class RevocationRulesTests
{
    private static readonly Client Other = Given.ConfidentialClient() with { ClientId = "other", Introspects = ["https://notes.example"] };

    [Fact]
    public void A_refresh_token_ends_its_family() =>
        Assert.Equal(Given.FamilyId, Assert.IsType<RevocationDecision.EndFamily>(RevocationRules.Decide(Ask(), Given.Family(), Given.Now)).FamilyId);

    [Fact]
    public void A_public_client_revokes_its_own_too() =>
        Assert.IsType<RevocationDecision.EndFamily>(RevocationRules.Decide(Ask(Given.PublicClient()), Given.Family() with { ClientId = "spa" }, Given.Now));

    [Fact]
    public void An_access_token_ends_alone()
    {
        var token = Given.VerifiedAccessToken();
        Assert.Same(token, Assert.IsType<RevocationDecision.RevokeToken>(RevocationRules.Decide(Ask(), token)).Token);
    }

    [Fact]
    public void There_is_nothing_to_do_for_what_is_unknown_or_already_over()
    {
        Assert.IsType<RevocationDecision.Nothing>(RevocationRules.Decide(Ask(), token: null));
        Assert.IsType<RevocationDecision.Nothing>(RevocationRules.Decide(Ask(), family: null, Given.Now));
        Assert.IsType<RevocationDecision.Nothing>(RevocationRules.Decide(Ask(), Given.Family() with { EndedAt = Given.Now }, Given.Now));
    }

    [Fact]
    public void Refuses_to_end_anything_of_another_client()
    {
        Assert.Equal(Refusal.RevocationTokenBelongsToAnotherClient, Refused(RevocationRules.Decide(Ask(Other), Given.Family(), Given.Now)));
        Assert.Equal(Refusal.RevocationTokenBelongsToAnotherClient, Refused(RevocationRules.Decide(Ask(Other), Given.VerifiedAccessToken())));
    }

    [Fact]
    public void Refuses_a_request_without_a_token()
    {
        Assert.Equal(Refusal.RevocationTokenMissing, Given.Refused(Read("token=", Given.ConfidentialClient())));
        Assert.Equal(Refusal.RevocationTokenMissing, Given.Refused(Read("token=", Given.ConfidentialClient(), "none of its own")));
        Assert.Equal(Refusal.RevocationTokenMissing, Given.Refused(Read("token=", Given.BrowserClient())));
        Assert.Equal(Refusal.RefreshTokenCookieRepeated, Given.Refused(Read("token=", Given.BrowserClient(), "one", "two")));
    }

    [Fact]
    public void Where_browser_code_names_no_token_it_means_the_one_in_its_cookie()
    {
        var kept = Given.Allowed(Read("", Given.BrowserClient(), "kept"));
        var named = Given.Allowed(Read("token=named", Given.BrowserClient(), "kept"));

        Assert.Equal(("kept", true), (kept.Token, kept.IsOfCookie));
        Assert.Equal(("named", false), (named.Token, named.IsOfCookie));
    }

    private static RevocationRequest Ask(Client? client = null) =>
        Given.Allowed(Read("token=t&token_type_hint=unheard_of", client ?? Given.ConfidentialClient()));

    private static Decision<RevocationRequest> Read(string form, Client client, params string[] cookies) =>
        RevocationRules.Read(Given.Parameters(form), Given.Authenticated(client), cookies);

    private static Refusal Refused(RevocationDecision decision) => Assert.IsType<RevocationDecision.Refuse>(decision).Reason;
}
