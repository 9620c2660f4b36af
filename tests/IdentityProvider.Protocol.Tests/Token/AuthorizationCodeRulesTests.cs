using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Token;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Token;

public sealed class AuthorizationCodeRulesTests
{
    private const string RedirectUri = "&redirect_uri=https://app.example/cb";
    private const string Verifier = "&code_verifier=" + Given.CodeVerifier;

    private static readonly AuthorizationCode Spent = Given.Code() with { RedeemedAt = Given.Now - TimeSpan.FromSeconds(5), FamilyId = Given.FamilyId };

    [Fact]
    public void Issues_what_the_code_stands_for()
    {
        var issue = Assert.IsType<AuthorizationCodeDecision.Issue>(Decide());

        Assert.Equal(Given.FamilyId, issue.Family.FamilyId);
        Assert.Equal(Given.SessionId, issue.Family.SessionId);
        Assert.Equal(0, issue.Family.Generation);
        Assert.Equal("openid notes.read", issue.Plan.AccessToken.Scope.ToString());
        Assert.Equal("https://notes.example", issue.Plan.AccessToken.Target.Resource!.Identifier);
        Assert.Equal(Given.Now + TimeSpan.FromMinutes(15), issue.Plan.AccessToken.ExpiresAt);
        Assert.Equal("n-0S6_WzA2Mj", issue.Plan.IdToken!.Nonce);
        Assert.Equal((Given.FamilyId, 0), (issue.Plan.RefreshToken!.FamilyId, issue.Plan.RefreshToken.Generation));
    }

    [Fact]
    public void Issues_no_refresh_token_to_a_client_that_may_not_refresh_but_makes_the_family()
    {
        var issue = Assert.IsType<AuthorizationCodeDecision.Issue>(Decide(client: Given.ConfidentialClient() with { GrantTypes = [GrantTypes.AuthorizationCode] }));
        Assert.Null(issue.Plan.RefreshToken);
        Assert.Equal(Given.FamilyId, issue.Family.FamilyId);
    }

    [Fact]
    public void Issues_no_ID_token_without_openid()
    {
        var issue = Assert.IsType<AuthorizationCodeDecision.Issue>(Decide(Given.Code() with { Scope = ScopeSet.Of(["notes.read"]) }));
        Assert.Null(issue.Plan.IdToken);
    }

    [Fact]
    public void Offline_access_lets_the_family_outlive_the_session()
    {
        var issue = Assert.IsType<AuthorizationCodeDecision.Issue>(Decide(Given.Code() with { Scope = ScopeSet.Of(["openid", "offline_access"]) }));
        Assert.Null(issue.Family.SessionId);
        Assert.Equal(Given.SessionId, issue.Plan.IdToken!.SessionId);
    }

    [Fact]
    public void Refuses_an_unknown_code() =>
        Assert.Equal(Refusal.CodeUnknown, Refused(Decide(new AuthorizationCodeFacts(null, null, null, []))));

    [Fact]
    public void Refuses_a_code_issued_to_another_client() =>
        Assert.Equal(Refusal.CodeBelongsToAnotherClient, Refused(Decide(client: Given.ConfidentialClient() with { ClientId = "other" })));

    [Theory]
    [InlineData("")]
    [InlineData("&redirect_uri=")]
    public void Refuses_a_request_without_the_redirect_uri(string redirectUri) =>
        Assert.Equal(Refusal.CodeRedirectUriMissing, Refused(Decide(form: redirectUri + Verifier)));

    [Theory]
    [InlineData("https://app.example/cb/")]
    [InlineData("https://app.example/CB")]
    [InlineData("https://app.example/cb?x=1")]
    public void Refuses_a_redirect_uri_that_is_not_identical(string redirectUri) =>
        Assert.Equal(Refusal.CodeRedirectUriMismatch, Refused(Decide(form: $"&redirect_uri={redirectUri}" + Verifier)));

    [Fact]
    public void A_request_that_named_no_redirect_uri_needs_none_and_takes_the_only_one()
    {
        var code = Given.Code() with { RedirectUri = null };
        Assert.IsType<AuthorizationCodeDecision.Issue>(Decide(code, form: Verifier));
        Assert.IsType<AuthorizationCodeDecision.Issue>(Decide(code));
        Assert.Equal(Refusal.CodeRedirectUriMismatch, Refused(Decide(code, form: "&redirect_uri=https://evil.example" + Verifier)));
    }

    [Theory]
    [InlineData("", Refusal.CodeVerifierMissing)]
    [InlineData("&code_verifier=short", Refusal.CodeVerifierMalformed)]
    [InlineData("&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk%3D", Refusal.CodeVerifierMalformed)]
    [InlineData("&code_verifier=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", Refusal.CodeVerifierMismatch)]
    [InlineData("&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK", Refusal.CodeVerifierMismatch)]
    public void Refuses_without_the_verifier_of_the_challenge(string verifier, Refusal reason) =>
        Assert.Equal(reason, Refused(Decide(form: RedirectUri + verifier)));

    [Fact]
    public void Refuses_a_verifier_longer_than_any() =>
        Assert.Equal(Refusal.CodeVerifierMalformed, Refused(Decide(form: RedirectUri + "&code_verifier=" + new string('a', 129))));

    [Fact]
    public void Refuses_a_verifier_where_no_challenge_was()
    {
        var code = Given.Code() with { CodeChallenge = null };
        Assert.Equal(Refusal.CodeVerifierWithoutChallenge, Refused(Decide(code)));
        Assert.IsType<AuthorizationCodeDecision.Issue>(Decide(code, form: RedirectUri));
    }

    [Fact]
    public void A_second_use_ends_the_family_of_the_first_even_when_the_code_has_expired()
    {
        foreach (var code in new[] { Spent, Spent with { ExpiresAt = Given.Now - TimeSpan.FromSeconds(1) } })
        {
            var end = Assert.IsType<AuthorizationCodeDecision.EndFamily>(Decide(code));
            Assert.Equal(Given.FamilyId, end.FamilyId);
            Assert.Equal(Refusal.CodeAlreadyRedeemed, end.Reason);
        }
    }

    [Fact]
    public void A_spent_code_ends_nothing_for_another_client_or_without_its_proofs()
    {
        Assert.Equal(Refusal.CodeBelongsToAnotherClient, Refused(Decide(Spent, client: Given.ConfidentialClient() with { ClientId = "other" })));
        Assert.Equal(Refusal.CodeVerifierMissing, Refused(Decide(Spent, form: RedirectUri)));
        Assert.Equal(Refusal.CodeVerifierMismatch, Refused(Decide(Spent, form: RedirectUri + "&code_verifier=" + Given.CodeChallenge)));
        Assert.Equal(Refusal.CodeRedirectUriMismatch, Refused(Decide(Spent, form: "&redirect_uri=https://evil.example" + Verifier)));
    }

    [Fact]
    public void A_spent_code_whose_family_is_gone_is_refused() =>
        Assert.Equal(Refusal.CodeAlreadyRedeemed, Refused(Decide(Spent with { FamilyId = null })));

    [Fact]
    public void Refuses_a_code_from_its_last_moment_on()
    {
        Assert.IsType<AuthorizationCodeDecision.Issue>(Decide(Given.Code() with { ExpiresAt = Given.Now + TimeSpan.FromTicks(1) }));
        Assert.Equal(Refusal.CodeExpired, Refused(Decide(Given.Code() with { ExpiresAt = Given.Now })));
    }

    [Fact]
    public void Refuses_when_the_person_may_not_sign_in_any_more()
    {
        Assert.Equal(Refusal.UserDisabled, Refused(Decide(Facts() with { User = Given.User() with { IsActive = false } })));
        Assert.Equal(Refusal.UserDisabled, Refused(Decide(Facts() with { User = null })));
    }

    [Fact]
    public void Refuses_when_the_person_has_signed_out_since()
    {
        Assert.Equal(Refusal.SessionEnded, Refused(Decide(Facts() with { Session = Given.Session() with { EndedAt = Given.Now } })));
        Assert.Equal(Refusal.SessionEnded, Refused(Decide(Facts() with { Session = Given.Session() with { SessionId = Given.FamilyId } })));
        Assert.Equal(Refusal.SessionEnded, Refused(Decide(Facts() with { Session = null })));
    }

    [Fact]
    public void Refuses_a_token_for_a_resource_that_knows_nothing_of_what_was_granted()
    {
        var facts = Facts(Given.Code() with { Scope = ScopeSet.Of(["notes.read"]) }) with { Resources = [Given.NotesApi(), Given.FilesApi()] };
        Assert.Equal(Refusal.ScopeNotAllowed, Refused(Decide(facts, form: RedirectUri + Verifier + "&resource=https://files.example")));
    }

    [Fact]
    public void Several_granted_resources_want_one_named_and_the_scope_is_what_it_knows()
    {
        var facts = Facts(Given.Code() with { Scope = ScopeSet.Of(["openid", "notes.read", "files.read"]) }) with { Resources = [Given.NotesApi(), Given.FilesApi()] };

        Assert.Equal(Refusal.SeveralResources, Refused(Decide(facts)));
        Assert.Equal(Refusal.SeveralResources, Refused(Decide(facts, form: RedirectUri + Verifier + "&resource=https://notes.example&resource=https://files.example")));
        var issue = Assert.IsType<AuthorizationCodeDecision.Issue>(Decide(facts, form: RedirectUri + Verifier + "&resource=https://files.example"));
        Assert.Equal("openid files.read", issue.Plan.AccessToken.Scope.ToString());
        Assert.Equal("openid notes.read files.read", issue.Family.Scope.ToString());
    }

    [Fact]
    public void Refuses_a_resource_that_was_not_granted() =>
        Assert.Equal(Refusal.ResourceExceedsGrant, Refused(Decide(form: RedirectUri + Verifier + "&resource=https://files.example")));

    [Fact]
    public void Every_reason_why_a_code_is_no_good_reads_the_same_from_outside()
    {
        Refusal[] reasons =
        [
            Refusal.CodeUnknown, Refusal.CodeExpired, Refusal.CodeAlreadyRedeemed, Refusal.CodeBelongsToAnotherClient, Refusal.SessionEnded, Refusal.UserDisabled,
        ];
        Assert.Single(reasons.Select(reason => Refusals.Of(reason)).Select(answer => (answer.Error, answer.Status, answer.Description)).Distinct());
    }

    private static AuthorizationCodeFacts Facts(AuthorizationCode? code = null) => new(code ?? Given.Code(), Given.User(), Given.Session(), [Given.NotesApi()]);

    private static AuthorizationCodeDecision Decide(AuthorizationCode? code = null, Client? client = null, string form = RedirectUri + Verifier) =>
        Decide(Facts(code), client, form);

    private static AuthorizationCodeDecision Decide(AuthorizationCodeFacts facts, Client? client = null, string form = RedirectUri + Verifier)
    {
        var request = Given.TokenRequest<TokenRequest.AuthorizationCode>("grant_type=authorization_code&code=c" + form);
        return AuthorizationCodeRules.Decide(request, Given.Authenticated(client ?? Given.ConfidentialClient()), facts, Given.IdleLimit, Given.FamilyId, Given.Now);
    }

    private static Refusal Refused(AuthorizationCodeDecision decision) => Assert.IsType<AuthorizationCodeDecision.Refuse>(decision).Reason;
}
