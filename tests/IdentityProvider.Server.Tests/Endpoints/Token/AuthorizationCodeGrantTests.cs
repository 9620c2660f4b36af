using System.Net;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Endpoints.Token;

public sealed class AuthorizationCodeGrantTests : IAsyncLifetime
{
    private SignedIn _signedIn = null!;

    public async ValueTask InitializeAsync() => _signedIn = await SignedIn.StartAsync();

    public ValueTask DisposeAsync() => _signedIn.DisposeAsync();

    [Fact]
    public async Task A_code_gives_the_tokens_of_RFC_6749_and_OpenID_Connect()
    {
        var answer = await _signedIn.TokensAsync(SignedIn.App);

        Assert.Equal(["access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token"], answer.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("Bearer", answer["token_type"]);
        Assert.Equal("900", answer["expires_in"]);
        Assert.Equal("openid notes.read", answer["scope"]);
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.Equal("no-cache", answer.Header("Pragma"));
        Assert.Equal("application/json", answer.Message.Content.Headers.ContentType!.ToString());
        Assert.InRange(answer.AccessToken.Length, 1, 999);
    }

    [Fact]
    public async Task The_tokens_verify_with_the_published_keys_alone()
    {
        var answer = await _signedIn.TokensAsync(SignedIn.App);
        var jwks = JsonWebKeySet.Parse(await _signedIn.Server.Http.GetByteArrayAsync(new Uri("/.well-known/jwks.json", UriKind.Relative), SignedIn.Cancellation)).ValueOrNull!;

        var access = Verify(answer.AccessToken, "at+jwt", SignedIn.NotesApi, jwks);
        Assert.Equal(_signedIn.UserId.ToString("D"), access.StringOrNull("sub"));
        Assert.Equal("app", access.StringOrNull("client_id"));

        var id = Verify(answer["id_token"]!, "JWT", "app", jwks);
        Assert.Equal("n-0S6_WzA2Mj", id.StringOrNull("nonce"));
        Assert.Equal(access.StringOrNull("sub"), id.StringOrNull("sub"));
        Assert.Equal(_signedIn.SessionId.ToString("N"), id.StringOrNull("sid"));
    }

    [Fact]
    public async Task A_public_client_exchanges_with_its_verifier_alone() =>
        Assert.Equal(HttpStatusCode.OK, (await _signedIn.TokensAsync(SignedIn.Spa)).Status);

    [Fact]
    public async Task A_second_use_is_refused_and_ends_what_came_of_the_first()
    {
        var code = await _signedIn.CodeAsync(SignedIn.App);
        var first = await _signedIn.ExchangeAsync(SignedIn.App, code);
        _signedIn.Server.Clock.Advance(TimeSpan.FromSeconds(30));

        var second = await _signedIn.ExchangeAsync(SignedIn.App, code);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (second.Status, second.Error));
        Assert.Equal(HttpStatusCode.Unauthorized, (await _signedIn.UserInfoAsync(first.AccessToken)).Status);
        Assert.Equal("invalid_grant", (await _signedIn.RefreshAsync(SignedIn.App, first.RefreshToken)).Error);
    }

    [Fact]
    public async Task Another_client_and_a_wrong_verifier_spend_nothing_and_end_nothing()
    {
        var code = await _signedIn.CodeAsync(SignedIn.Spa);
        await RefusedAsync();
        var tokens = await _signedIn.ExchangeAsync(SignedIn.Spa, code);
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        await RefusedAsync();
        Assert.Equal(HttpStatusCode.OK, (await _signedIn.UserInfoAsync(tokens.AccessToken)).Status);

        async Task RefusedAsync()
        {
            Assert.Equal("invalid_grant", (await _signedIn.ExchangeAsync(SignedIn.App, code)).Error);
            var wrong = await _signedIn.PostAsync(
                "/token", SignedIn.Spa, ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", SignedIn.RedirectUri), ("code_verifier", SignedIn.CodeChallenge));
            Assert.Equal("invalid_grant", wrong.Error);
        }
    }

    [Fact]
    public async Task Of_32_at_once_one_wins_and_the_second_use_ends_the_family()
    {
        var code = await _signedIn.CodeAsync(SignedIn.App);

        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => _signedIn.ExchangeAsync(SignedIn.App, code)));

        var winner = Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(answer => answer != winner), answer => Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (answer.Status, answer.Error)));
        Assert.Equal(HttpStatusCode.Unauthorized, (await _signedIn.UserInfoAsync(winner.AccessToken)).Status);
    }

    [Fact]
    public async Task Refuses_a_code_after_its_minute()
    {
        var code = await _signedIn.CodeAsync(SignedIn.App);
        _signedIn.Server.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("invalid_grant", (await _signedIn.ExchangeAsync(SignedIn.App, code)).Error);
    }

    [Fact]
    public async Task Refuses_a_code_whose_person_signed_out_before_it_was_used()
    {
        var code = await _signedIn.CodeAsync(SignedIn.App);
        await _signedIn.EndSessionAsync();
        Assert.Equal("invalid_grant", (await _signedIn.ExchangeAsync(SignedIn.App, code)).Error);
    }

    [Fact]
    public async Task A_client_that_may_not_refresh_still_has_a_family_to_end()
    {
        var client = SignedIn.App with { ClientId = "once", GrantTypes = ["authorization_code"] };
        Assert.True(await _signedIn.Server.Get<Clients>().AddAsync(client, SignedIn.Cancellation));

        var answer = await _signedIn.TokensAsync(client);

        Assert.Null(answer["refresh_token"]);
        var token = VerifiedAccessToken.Verify(answer.AccessToken, _signedIn.Server.Get<Server.Keys.KeyRing>().Published, TestServer.Issuer, _signedIn.Server.Clock.GetUtcNow());
        Assert.True(token.Try(out var verified, out _));
        Assert.NotNull(await _signedIn.Server.Get<TokenFamilies>().FindAsync(verified.FamilyId!.Value, SignedIn.Cancellation));
    }

    private JwtVerification.Verified Verify(string jwt, string typ, string audience, JsonWebKeySet jwks)
    {
        var expectations = new JwtExpectations { Typ = typ, Issuer = TestServer.Issuer, Audience = audience };
        return Assert.IsType<JwtVerification.Verified>(Jwt.Verify(jwt, jwks, expectations, _signedIn.Server.Clock.GetUtcNow()));
    }
}
