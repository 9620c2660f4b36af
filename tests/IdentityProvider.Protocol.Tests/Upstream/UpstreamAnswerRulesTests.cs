using System.Text;
using System.Web;
using IdentityProvider.Protocol.Upstream;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Upstream;

public sealed class UpstreamAnswerRulesTests
{
    [Fact]
    public void The_request_asks_for_a_code_with_PKCE_and_a_nonce()
    {
        var server = UpstreamGiven.Server();
        var query = HttpUtility.ParseQueryString(new Uri(UpstreamGiven.Attempt().AuthorizationRequest(UpstreamGiven.Upstream(), server, "https://us.example/cb")).Query);
        Assert.Equal(
            ("code", "us", "https://us.example/cb", "openid email", "the-state", "the-nonce", Given.CodeChallenge, "S256"),
            (query["response_type"], query["client_id"], query["redirect_uri"], query["scope"], query["state"], query["nonce"], query["code_challenge"], query["code_challenge_method"]));
        Assert.Null(query["max_age"]);

        query = HttpUtility.ParseQueryString(new Uri((UpstreamGiven.Attempt() with { MaxAge = 0 }).AuthorizationRequest(UpstreamGiven.Upstream(), server, "https://us.example/cb")).Query);
        Assert.Equal(("0", "login"), (query["max_age"], query["prompt"]));
    }

    [Fact]
    public void A_code_is_read_for_the_browser_that_asked_for_it() => Assert.Equal("c", Given.Allowed(Read("state=the-state&code=c")).Value);

    [Theory]
    [InlineData("code=c")]
    [InlineData("state=another&code=c")]
    [InlineData("state=THE-STATE&code=c")]
    public void Refuses_a_state_that_this_browser_does_not_keep(string answer) => Assert.Equal(Refusal.UpstreamStateUnknown, Given.Refused(Read(answer)));

    [Fact]
    public void Refuses_an_answer_to_nothing_or_to_what_began_too_long_ago()
    {
        Assert.Equal(Refusal.UpstreamStateUnknown, Given.Refused(UpstreamAnswerRules.Read(Given.Parameters("state=the-state&code=c"), null, UpstreamGiven.Upstream(), UpstreamGiven.Server(), Given.Now)));
        Assert.Equal(Refusal.UpstreamStateUnknown, Given.Refused(Read("state=the-state&code=c", UpstreamGiven.Attempt() with { StartedAt = Given.Now - UpstreamAttempt.Lifetime })));
    }

    [Fact]
    public void Refuses_an_answer_at_the_address_of_another_upstream()
    {
        Assert.Equal(Refusal.UpstreamMixedUp, Given.Refused(Read("state=the-state&code=c", UpstreamGiven.Attempt() with { Upstream = "other" })));
        Assert.Equal(Refusal.UpstreamMixedUp, Given.Refused(Read("state=the-state&code=c", UpstreamGiven.Attempt() with { Issuer = "https://other.example" })));
    }

    [Theory]
    [InlineData("state=the-state&code=c", true)]
    [InlineData("state=the-state&error=access_denied", true)]
    [InlineData("state=the-state&code=c&iss=https://other.example", true)]
    [InlineData("state=the-state&code=c&iss=https://other.example", false)]
    [InlineData("state=the-state&code=c&iss=https://login.example/", false)]
    public void Refuses_an_answer_that_names_another_issuer_or_none_where_it_always_does(string answer, bool namesItself) =>
        Assert.Equal(Refusal.UpstreamIssuerMismatch, Given.Refused(Read(answer, namesItself: namesItself)));

    [Fact]
    public void An_issuer_that_names_itself_is_believed() => Given.Allowed(Read("state=the-state&code=c&iss=https://login.example", namesItself: true));

    [Theory]
    [InlineData("error=access_denied", Refusal.UpstreamDenied)]
    [InlineData("error=login_required", Refusal.UpstreamDenied)]
    [InlineData("error=temporarily_unavailable", Refusal.UpstreamUnavailable)]
    [InlineData("error=server_error&code=c", Refusal.UpstreamUnavailable)]
    [InlineData("error=invalid_request&error_description=<script>", Refusal.UpstreamFailed)]
    [InlineData("", Refusal.UpstreamFailed)]
    public void Tells_a_no_from_an_outage_from_a_fault(string answer, Refusal reason) => Assert.Equal(reason, Given.Refused(Read("state=the-state&" + answer)));

    [Fact]
    public void Refuses_a_code_without_end() => Assert.Equal(Refusal.UpstreamFailed, Given.Refused(Read("state=the-state&code=" + new string('c', 2049))));

    [Theory]
    [InlineData("""{"id_token":"t"}""", null, null)]
    [InlineData("""{"id_token":"t","access_token":"a","token_type":"bearer"}""", "a", "a")]
    [InlineData("""{"id_token":"t","access_token":"a","token_type":"DPoP"}""", "a", null)]
    [InlineData("""{"id_token":"t","access_token":"a\r\nX: y","token_type":"Bearer"}""", "a\r\nX: y", null)]
    public void Reads_tokens_and_shows_only_a_plain_one_elsewhere(string answer, string? accessToken, string? bearer)
    {
        var tokens = Given.Allowed(UpstreamAnswerRules.ReadTokens(Encoding.UTF8.GetBytes(answer)));
        Assert.Equal(("t", accessToken, bearer), (tokens.IdToken, tokens.AccessToken, tokens.BearerToken));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id_token":7}""")]
    [InlineData("""{"id_token":"t","id_token":"u"}""")]
    [InlineData("""{"id_token":"t","access_token":[]}""")]
    [InlineData("""{"id_token":"\ud800"}""")]
    public void Refuses_what_are_no_tokens(string answer) => Assert.Equal(Refusal.UpstreamFailed, Given.Refused(UpstreamAnswerRules.ReadTokens(Encoding.UTF8.GetBytes(answer))));

    [Theory]
    [InlineData("""{"sub":"ADA"}""", Refusal.UpstreamUserInfoMismatch)]
    [InlineData("""{"sub":["ada"]}""", Refusal.UpstreamUserInfoMismatch)]
    [InlineData("""{"email":"eve@example.com"}""", Refusal.UpstreamUserInfoMismatch)]
    [InlineData("""{"sub":"ada","sub":"eve"}""", Refusal.UpstreamFailed)]
    [InlineData("sub=ada", Refusal.UpstreamFailed)]
    public void Refuses_UserInfo_of_another_person(string answer, Refusal reason)
    {
        var identity = Given.Allowed(UpstreamGiven.Verify(UpstreamGiven.IdToken()));
        Assert.Equal(reason, Given.Refused(UpstreamAnswerRules.ReadUserInfo(Encoding.UTF8.GetBytes(answer), identity)));
    }

    [Fact]
    public void UserInfo_stands_behind_the_signed_token()
    {
        var identity = Given.Allowed(UpstreamGiven.Verify(UpstreamGiven.IdToken(c => c["name"] = "Ada")));
        var both = Given.Allowed(UpstreamAnswerRules.ReadUserInfo("""{"sub":"ada","name":"Eve","nickname":"a"}"""u8, identity));
        var person = UpstreamClaims.Map(UpstreamGiven.Upstream(), both.Documents);
        Assert.Equal(("Ada", "a"), (person.Claims["name"]!.GetValue<string>(), person.Claims["nickname"]!.GetValue<string>()));
        Assert.Equal(identity.Session, both.Session);
    }

    private static Decision<UpstreamCode> Read(string answer, UpstreamAttempt? attempt = null, bool namesItself = false) =>
        UpstreamAnswerRules.Read(Given.Parameters(answer), attempt ?? UpstreamGiven.Attempt(), UpstreamGiven.Upstream(), UpstreamGiven.Server(namesItself), Given.Now);
}
