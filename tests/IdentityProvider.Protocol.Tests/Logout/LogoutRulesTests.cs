using System.Text;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Logout;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Logout;

public sealed class LogoutRulesTests : IDisposable
{
    private readonly Keys _keys = new();

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void A_hint_at_the_person_who_is_signed_in_ends_the_session_and_returns_with_state()
    {
        var end = Assert.IsType<LogoutDecision.End>(Decide($"id_token_hint={_keys.IdToken("app")}&post_logout_redirect_uri=https://app.example/bye&state=a%26b"));
        Assert.Equal("https://app.example/bye?state=a%26b", end.ReturnTo?.Location);
    }

    [Fact]
    public void Without_state_nothing_is_added() =>
        Assert.Equal("https://app.example/bye",
            Assert.IsType<LogoutDecision.End>(Decide($"id_token_hint={_keys.IdToken("app")}&post_logout_redirect_uri=https://app.example/bye")).ReturnTo?.Location);

    [Fact]
    public void A_hint_alone_ends_the_session() => Assert.Null(Assert.IsType<LogoutDecision.End>(Decide("id_token_hint=" + _keys.IdToken("app"))).ReturnTo);

    [Fact]
    public void Who_is_signed_out_already_is_returned_too() =>
        Assert.NotNull(Assert.IsType<LogoutDecision.End>(Decide($"id_token_hint={_keys.IdToken("app")}&post_logout_redirect_uri=https://app.example/bye", session: null)).ReturnTo);

    [Theory]
    [InlineData("")]
    [InlineData("state=x")]
    [InlineData("client_id=app")]
    [InlineData("client_id=app&post_logout_redirect_uri=https://app.example/bye")]
    public void Without_a_hint_the_person_is_asked(string query) => Assert.IsType<LogoutDecision.Ask>(Decide(query));

    [Fact]
    public void A_hint_at_another_person_asks() =>
        Assert.IsType<LogoutDecision.Ask>(Decide("id_token_hint=" + _keys.IdToken("app", subject: "99999999-9999-4999-8999-999999999999")));

    [Theory]
    [InlineData("99999999999949998999999999999999")]
    [InlineData("garbage")]
    [InlineData(null)]
    public void A_hint_at_another_session_of_the_person_or_at_none_asks(string? sid) =>
        Assert.IsType<LogoutDecision.Ask>(Decide("id_token_hint=" + _keys.IdToken("app", sid: sid)));

    [Fact]
    public void The_session_that_ends_is_the_browsers_or_without_one_the_hints()
    {
        var (session, query) = (Given.Session(), "id_token_hint=" + _keys.IdToken("app"));
        Assert.Equal(session, Assert.IsType<LogoutDecision.End>(Decide(query, session)).Session);
        Assert.Equal(session, Assert.IsType<LogoutDecision.End>(Decide(query, null, session)).Session);
        Assert.Null(Assert.IsType<LogoutDecision.End>(Decide(query, session: null)).Session);
    }

    [Fact]
    public void A_hint_ends_no_session_of_another_person() =>
        Assert.Null(Assert.IsType<LogoutDecision.End>(
            Decide("id_token_hint=" + _keys.IdToken("app", subject: "99999999-9999-4999-8999-999999999999"), null, Given.Session())).Session);

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("https://app.example/bye?foo=bar")]
    [InlineData("https://app.example/cb")]
    public void Never_returns_to_what_is_not_registered(string uri) =>
        OnPage(Refusal.LogoutRedirectUriNotRegistered, $"id_token_hint={_keys.IdToken("app")}&post_logout_redirect_uri={Uri.EscapeDataString(uri)}");

    [Fact]
    public void Never_returns_to_a_client_that_is_gone() =>
        OnPage(Refusal.LogoutRedirectUriNotRegistered, $"id_token_hint={_keys.IdToken("gone")}&post_logout_redirect_uri=https://app.example/bye");

    [Fact]
    public void Never_returns_for_a_request_that_names_no_client() =>
        OnPage(Refusal.LogoutRedirectUriWithoutClient, "post_logout_redirect_uri=https://app.example/bye");

    [Fact]
    public void Refuses_a_hint_that_a_stranger_signed_or_nobody()
    {
        using var stranger = new Keys();
        OnPage(Refusal.LogoutHintInvalid, $"id_token_hint={stranger.IdToken("app")}&post_logout_redirect_uri=https://app.example/bye");
        var parts = _keys.IdToken("app").Split('.');
        var none = Convert.ToBase64String("""{"alg":"none","typ":"JWT"}"""u8).TrimEnd('=');
        OnPage(Refusal.LogoutHintInvalid, $"id_token_hint={none}.{parts[1]}.&post_logout_redirect_uri=https://app.example/bye");
    }

    [Fact]
    public void Refuses_a_client_that_the_hint_was_not_issued_to() => OnPage(Refusal.LogoutClientMismatch, $"id_token_hint={_keys.IdToken("app")}&client_id=other");

    private LogoutDecision Decide(string query) => Decide(query, Given.Session());

    private LogoutDecision Decide(string query, Session? session, Session? hinted = null)
    {
        Assert.True(Parameters.Parse(Encoding.UTF8.GetBytes(query)).Try(out var parameters, out _));
        var hint = parameters["id_token_hint"] is { } token ? IdTokenHint.Verify(token, _keys.Published, Given.Issuer, Given.Now) : null;
        Client? client = LogoutRules.ClientIdOf(parameters, hint) == "app" ? Given.Client() : null;
        return LogoutRules.Decide(parameters, hint, client, session, hinted);
    }

    private void OnPage(Refusal expected, string query) => Assert.Equal(expected, Assert.IsType<LogoutDecision.PageError>(Decide(query)).Reason);
}
