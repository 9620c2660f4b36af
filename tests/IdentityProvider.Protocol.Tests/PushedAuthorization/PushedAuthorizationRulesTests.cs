using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.PushedAuthorization;
using Xunit;

namespace IdentityProvider.Protocol.Tests.PushedAuthorization;

public sealed class PushedAuthorizationRulesTests
{
    private const string Valid =
        $"client_id=app&redirect_uri=https://app.example/cb&response_type=code&scope=openid+notes.read&state=s1&code_challenge={Given.CodeChallenge}&code_challenge_method=S256";

    [Fact]
    public void Keeps_what_was_pushed_but_nothing_that_authenticated_the_client()
    {
        var pushed = Given.Allowed(Push(Valid + $"&client_secret={Given.Secret}&client_assertion=a.b.c&client_assertion_type=jwt"));

        Assert.Equal("app", pushed.ClientId);
        Assert.Equal("s1", pushed.Parameters["state"]);
        Assert.DoesNotContain(pushed.Parameters.Names, name => name is "client_secret" or "client_assertion" or "client_assertion_type");
        Assert.Equal(Given.Now + TimeSpan.FromSeconds(60), pushed.ExpiresAt);
        Assert.Null(pushed.SpentAt);
    }

    [Fact]
    public void Refuses_a_reference_within_a_pushed_request() =>
        Assert.Equal(Refusal.RequestUriInPushedRequest, Given.Refused(Push(Valid + "&request_uri=urn:ietf:params:oauth:request_uri:x")));

    [Theory]
    [InlineData("redirect_uri=https://evil.example/", Refusal.RedirectUriNotRegistered)]
    [InlineData("client_id=", Refusal.AuthorizeClientIdMissing)]
    [InlineData("client_id=spa", Refusal.AuthorizeClientUnknown)]
    [InlineData("response_type=token", Refusal.ResponseTypeUnsupported)]
    [InlineData("code_challenge=", Refusal.CodeChallengeMissing)]
    [InlineData("code_challenge_method=plain", Refusal.CodeChallengeMethodUnsupported)]
    [InlineData("scope=openid+everything", Refusal.ScopeNotAllowed)]
    [InlineData("resource=https://other.example", Refusal.ResourceNotAllowed)]
    [InlineData("prompt=none+login", Refusal.PromptNoneWithOthers)]
    [InlineData("response_mode=smoke", Refusal.ResponseModeUnsupported)]
    public void Refuses_when_it_is_pushed_what_the_authorization_endpoint_would_refuse(string edit, Refusal reason)
    {
        var name = edit.Split('=')[0];
        var form = string.Join('&', Valid.Split('&').Where(p => !p.StartsWith(name + '=', StringComparison.Ordinal)).Append(edit));
        Assert.Equal(reason, Given.Refused(Push(form)));
    }

    [Fact]
    public void A_pushed_request_may_be_longer_than_a_query_and_not_without_end()
    {
        Given.Allowed(Push(Valid + "&login_hint=" + new string('a', AuthorizationRules.LongestRequest)));
        Assert.Equal(Refusal.AuthorizationRequestTooLong, Given.Refused(Push(Valid + "&login_hint=" + new string('a', AuthorizationRules.LongestPushedRequest))));
    }

    [Fact]
    public void A_reference_stands_for_what_was_pushed()
    {
        var request = Assert.IsType<AuthorizationDecision.Accepted>(Open(Stored())).Request;
        Assert.Equal(("s1", "openid notes.read"), (request.ReturnAddress.State, request.Access.Scope.ToString()));
    }

    [Fact]
    public void Of_what_comes_beside_a_reference_the_client_alone_counts()
    {
        var request = Assert.IsType<AuthorizationDecision.Accepted>(
            Open(Stored(), came: "client_id=app&state=other&redirect_uri=https://evil.example/&scope=openid+notes.write&prompt=none")).Request;
        Assert.Equal(("s1", "openid notes.read", false), (request.ReturnAddress.State, request.Access.Scope.ToString(), request.SignIn.Prompt.None));
    }

    [Fact]
    public void Refuses_a_reference_that_names_no_client() => Assert.Equal(Refusal.AuthorizeClientIdMissing, OnPage(Open(Stored(), came: "state=s")));

    [Fact]
    public void Refuses_a_reference_that_is_not_ours() => Assert.Equal(Refusal.PushedRequestUnknown, OnPage(Open(null)));

    [Fact]
    public void Refuses_a_reference_given_to_another_client() =>
        Assert.Equal(Refusal.PushedRequestOfAnotherClient, OnPage(Open(Stored() with { ClientId = "spa" })));

    [Fact]
    public void Refuses_another_client_that_names_itself_beside_it() =>
        Assert.Equal(Refusal.PushedRequestOfAnotherClient, OnPage(Open(Stored(), came: "client_id=spa", client: Given.PublicClient())));

    [Fact]
    public void Refuses_a_reference_that_was_answered() => Assert.Equal(Refusal.PushedRequestSpent, OnPage(Open(Stored() with { SpentAt = Given.Now })));

    [Fact]
    public void Refuses_a_reference_that_comes_too_late() => Assert.Equal(Refusal.PushedRequestExpired, OnPage(Open(Stored() with { ExpiresAt = Given.Now })));

    [Fact]
    public void A_person_who_is_at_it_may_take_longer() =>
        Assert.IsType<AuthorizationDecision.Accepted>(Open(Stored() with { ExpiresAt = Given.Now }, isUnderWay: true));

    [Fact]
    public void Refuses_what_the_client_has_lost_since() =>
        Assert.Equal(Refusal.ScopeNotAllowed, Open(Stored(), client: Given.Client() with { Scope = ScopeSet.Of(["openid"]) }).ReasonOrNull);

    [Fact]
    public void A_client_that_must_push_may_not_send_its_request_through_the_browser()
    {
        var client = Given.Client() with { RequirePushedAuthorizationRequests = true };
        Assert.Equal(Refusal.PushedRequestRequired, AuthorizationRules.Decide(Given.Parameters(Valid), Known(client), Given.Now).ReasonOrNull);
        Assert.IsType<AuthorizationDecision.Accepted>(Open(Stored(), client: client));
    }

    [Fact]
    public void So_must_every_client_where_the_server_says_so()
    {
        var known = Known(Given.Client()) with { RequiresPushing = true };
        Assert.Equal(Refusal.PushedRequestRequired, AuthorizationRules.Decide(Given.Parameters(Valid), known, Given.Now).ReasonOrNull);
        Assert.IsType<AuthorizationDecision.Accepted>(
            PushedAuthorizationRules.Open(Given.Parameters("client_id=app"), Stored(), known, isUnderWay: false, Given.Now));
    }

    [Theory]
    [InlineData("urn:ietf:params:oauth:request_uri:abc", "abc")]
    [InlineData("urn:ietf:params:oauth:request_uri:", "")]
    [InlineData("URN:ietf:params:oauth:request_uri:abc", null)]
    [InlineData("https://app.example/request", null)]
    [InlineData(null, null)]
    public void A_reference_of_ours_is_known_by_its_beginning(string? requestUri, string? reference) => Assert.Equal(reference, PushedRequest.ReferenceOrNull(requestUri));

    private static PushedRequest Stored() => Given.Allowed(Push(Valid));

    private static Decision<PushedRequest> Push(string form) =>
        PushedAuthorizationRules.Decide(Given.Parameters(form), opened: null, Given.Authenticated(Given.Client()), Known(Given.Client()), Given.Now);

    private static AuthorizationDecision Open(PushedRequest? stored, string came = "client_id=app", Client? client = null, bool isUnderWay = false) =>
        PushedAuthorizationRules.Open(Given.Parameters(came), stored, Known(client ?? Given.Client()), isUnderWay, Given.Now);

    private static AuthorizationRules.Known Known(Client client) => new(client, [Given.NotesApi(), Given.FilesApi()], Given.Jwks, Given.Issuer);

    private static Refusal OnPage(AuthorizationDecision decision) => Assert.IsType<AuthorizationDecision.PageError>(decision).Reason;
}
