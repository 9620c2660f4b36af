using System.Net;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Tests.Endpoints;

namespace IdentityProvider.Server.Tests.Attacks;

/// <summary>RFC 9700 §4 at the token endpoint and with tokens: codes and tokens in the wrong hands, at the wrong place, or twice.</summary>
public sealed class TokenAttacks
{
    private static readonly Client OtherApp = SignedIn.App with { ClientId = "other-app" };

    /// <summary>§4.5: a stolen code, shown by the attacker's own client or by the honest one in the attacker's browser.</summary>
    [Fact]
    public async Task A_stolen_code_is_worth_nothing_to_another_client_nor_without_its_verifier()
    {
        await using var given = await SignedIn.StartAsync();
        await given.Server.Get<IdentityProvider.Storage.Clients>().AddAsync(OtherApp, SignedIn.Cancellation);
        var code = await given.CodeAsync(SignedIn.App);

        var byAnother = await given.ExchangeAsync(OtherApp, code);
        var injected = await given.PostAsync("/token", SignedIn.App, ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", SignedIn.RedirectUri), ("code_verifier", new string('a', 43)));
        var without = await given.PostAsync("/token", SignedIn.App, ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", SignedIn.RedirectUri));

        Assert.All([byAnother, injected, without], answer => Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (answer.Status, answer.Error)));
        Assert.Equal(HttpStatusCode.OK, (await given.ExchangeAsync(SignedIn.App, code)).Status);
    }

    /// <summary>§4.5.3.2: PKCE taken out of the authorization request can't be made up for by a verifier.</summary>
    [Fact]
    public async Task A_verifier_for_a_code_without_a_challenge_is_refused()
    {
        await using var given = await SignedIn.StartAsync();
        var code = await given.CodeAsync(SignedIn.App, change: c => c with { CodeChallenge = null });

        var answer = await given.ExchangeAsync(SignedIn.App, code);

        Assert.Equal("invalid_grant", answer.Error);
    }

    /// <summary>§4.6, §4.9.1: a token that was made for one API opens nothing at another, and none of another client's is a client's own.</summary>
    [Fact]
    public async Task A_token_for_one_API_tells_another_API_nothing()
    {
        await using var given = await SignedIn.StartAsync();
        var otherApi = SignedIn.Api with { ClientId = "other-api", Introspects = ["https://other.example"] };
        await given.Server.Get<IdentityProvider.Storage.Clients>().AddAsync(otherApi, SignedIn.Cancellation);
        var token = (await given.TokensAsync(SignedIn.App)).AccessToken;

        Assert.Equal("True", (await given.IntrospectAsync(SignedIn.Api, token))["active"]);
        Assert.Equal("""{"active":false}""", (await given.IntrospectAsync(otherApi, token)).Text);
    }

    /// <summary>§4.9: a token in a query is a token in a log.</summary>
    [Fact]
    public async Task A_token_in_a_query_opens_nothing()
    {
        await using var given = await SignedIn.StartAsync();
        var token = (await given.TokensAsync(SignedIn.App, "openid")).AccessToken;

        var answer = await given.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/userinfo?access_token={token}"));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
    }

    /// <summary>§4.14: of a refresh token that was stolen and used by both, nobody has anything in the end.</summary>
    [Fact]
    public async Task A_refresh_token_that_two_have_ends_for_both()
    {
        await using var given = await SignedIn.StartAsync();
        var stolen = (await given.TokensAsync(SignedIn.Spa)).RefreshToken;
        var thiefs = await given.RefreshAsync(SignedIn.Spa, stolen);
        given.Server.Clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal("invalid_grant", (await given.RefreshAsync(SignedIn.Spa, stolen)).Error);
        Assert.Equal("invalid_grant", (await given.RefreshAsync(SignedIn.Spa, thiefs.RefreshToken)).Error);
        Assert.Equal(HttpStatusCode.Unauthorized, (await given.UserInfoAsync(thiefs.AccessToken)).Status);
    }

    /// <summary>§4.15: a client's identifier is no person's, so that a machine's token can't pass for somebody's.</summary>
    [Fact]
    public async Task A_machine_is_nobody()
    {
        await using var given = await SignedIn.StartAsync();
        var token = (await given.PostAsync("/token", SignedIn.Machine, ("grant_type", "client_credentials"))).AccessToken;

        Assert.NotEqual(HttpStatusCode.OK, (await given.UserInfoAsync(token)).Status);
        Assert.False(Guid.TryParse((await given.IntrospectAsync(SignedIn.Api, token))["sub"], out _));
    }
}
