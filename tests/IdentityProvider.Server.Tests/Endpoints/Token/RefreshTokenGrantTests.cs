using System.Net;
using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Token;

namespace IdentityProvider.Server.Tests.Endpoints.Token;

public sealed class RefreshTokenGrantTests : IAsyncLifetime
{
    private SignedIn _signedIn = null!;

    public async ValueTask InitializeAsync() => _signedIn = await SignedIn.StartAsync();

    public ValueTask DisposeAsync() => _signedIn.DisposeAsync();

    [Fact]
    public async Task Each_use_gives_the_next_token_and_a_new_ID_token_of_the_same_sign_in()
    {
        var first = await _signedIn.TokensAsync(SignedIn.App);
        Advance(TimeSpan.FromMinutes(10));

        var second = await _signedIn.RefreshAsync(SignedIn.App, first.RefreshToken);

        Assert.Equal(HttpStatusCode.OK, second.Status);
        Assert.Equal("no-store", second.Header("Cache-Control"));
        Assert.NotEqual(first.RefreshToken, second.RefreshToken);
        var (before, after) = (Claims(first["id_token"]!), Claims(second["id_token"]!));
        foreach (var same in new[] { "iss", "sub", "aud", "auth_time", "sid" })
            Assert.Equal(before.GetProperty(same).ToString(), after.GetProperty(same).ToString());
        Assert.Equal(600, after.GetProperty("iat").GetInt64() - before.GetProperty("iat").GetInt64());
        Assert.False(after.TryGetProperty("nonce", out _));
        Assert.Equal(HttpStatusCode.OK, (await _signedIn.UserInfoAsync(second.AccessToken)).Status);
    }

    [Fact]
    public async Task A_retry_gets_the_very_same_successor()
    {
        foreach (var client in new[] { SignedIn.App, SignedIn.Spa })
        {
            var first = await _signedIn.TokensAsync(client);
            var second = await _signedIn.RefreshAsync(client, first.RefreshToken);
            Advance(TimeSpan.FromSeconds(59));
            Assert.Equal(second.RefreshToken, (await _signedIn.RefreshAsync(client, first.RefreshToken)).RefreshToken);
        }
    }

    [Fact]
    public async Task A_confidential_client_that_lost_the_answer_may_ask_again_much_later()
    {
        var first = await _signedIn.TokensAsync(SignedIn.App);
        var lost = await _signedIn.RefreshAsync(SignedIn.App, first.RefreshToken);
        Advance(TimeSpan.FromHours(3));
        Assert.Equal(lost.RefreshToken, (await _signedIn.RefreshAsync(SignedIn.App, first.RefreshToken)).RefreshToken);
    }

    [Fact]
    public async Task Fifty_at_once_all_get_a_usable_answer_and_the_one_family_lives()
    {
        foreach (var client in new[] { SignedIn.App, SignedIn.Spa })
        {
            var first = await _signedIn.TokensAsync(client);

            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _signedIn.RefreshAsync(client, first.RefreshToken)));

            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
            var successor = Assert.Single(answers.Select(answer => answer.RefreshToken).Distinct());
            Assert.Equal(50, answers.Select(answer => answer.AccessToken).Distinct().Count());
            Assert.Equal(HttpStatusCode.OK, (await _signedIn.UserInfoAsync(answers[0].AccessToken)).Status);
            Assert.Equal(HttpStatusCode.OK, (await _signedIn.RefreshAsync(client, successor)).Status);
        }
    }

    [Fact]
    public async Task A_thief_who_comes_late_ends_the_family()
    {
        var stolen = (await _signedIn.TokensAsync(SignedIn.Spa)).RefreshToken;
        var owners = await _signedIn.RefreshAsync(SignedIn.Spa, stolen);
        Advance(RefreshTokenRules.Grace + RefreshTokenRules.ClockSkew);

        var thiefs = await _signedIn.RefreshAsync(SignedIn.Spa, stolen);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (thiefs.Status, thiefs.Error));
        await AssertDeadAsync(owners);
    }

    [Fact]
    public async Task A_thief_who_comes_first_is_found_out_when_the_owner_comes()
    {
        foreach (var client in new[] { SignedIn.App, SignedIn.Spa })
        {
            var stolen = (await _signedIn.TokensAsync(client)).RefreshToken;
            var thiefs = await _signedIn.RefreshAsync(client, (await _signedIn.RefreshAsync(client, stolen)).RefreshToken);

            Assert.Equal("invalid_grant", (await _signedIn.RefreshAsync(client, stolen)).Error);
            await AssertDeadAsync(thiefs, client);
        }
    }

    [Fact]
    public async Task Another_client_can_neither_use_nor_end_it()
    {
        var tokens = await _signedIn.TokensAsync(SignedIn.App);
        var next = await _signedIn.RefreshAsync(SignedIn.App, tokens.RefreshToken);
        next = await _signedIn.RefreshAsync(SignedIn.App, next.RefreshToken);

        var refused = await _signedIn.RefreshAsync(SignedIn.Spa, tokens.RefreshToken);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (refused.Status, refused.Error));
        Assert.Equal(HttpStatusCode.OK, (await _signedIn.RefreshAsync(SignedIn.App, next.RefreshToken)).Status);
    }

    [Fact]
    public async Task The_end_of_the_session_ends_it_but_not_offline_access()
    {
        var bound = await _signedIn.TokensAsync(SignedIn.App);
        var offline = await _signedIn.TokensAsync(SignedIn.App, "openid notes.read offline_access");
        await _signedIn.EndSessionAsync();

        Assert.Equal("invalid_grant", (await _signedIn.RefreshAsync(SignedIn.App, bound.RefreshToken)).Error);
        Assert.Equal(HttpStatusCode.OK, (await _signedIn.RefreshAsync(SignedIn.App, offline.RefreshToken)).Status);
    }

    [Fact]
    public async Task A_person_who_was_disabled_gets_no_more()
    {
        var tokens = await _signedIn.TokensAsync(SignedIn.App, "openid offline_access");
        await _signedIn.DisableUserAsync();
        Assert.Equal("invalid_grant", (await _signedIn.RefreshAsync(SignedIn.App, tokens.RefreshToken)).Error);
    }

    [Fact]
    public async Task A_narrower_scope_is_for_one_access_token_and_a_wider_one_is_refused_without_spending_anything()
    {
        var tokens = await _signedIn.TokensAsync(SignedIn.App, "openid notes.read notes.write");

        Assert.Equal("invalid_scope", (await _signedIn.RefreshAsync(SignedIn.App, tokens.RefreshToken, ("scope", "openid email"))).Error);
        var narrow = await _signedIn.RefreshAsync(SignedIn.App, tokens.RefreshToken, ("scope", "notes.read"));
        Assert.Equal("notes.read", narrow["scope"]);
        Assert.Null(narrow["id_token"]);
        Assert.Equal("openid notes.read notes.write", (await _signedIn.RefreshAsync(SignedIn.App, narrow.RefreshToken))["scope"]);
    }

    [Fact]
    public async Task Refuses_what_was_never_issued()
    {
        foreach (var text in new[] { "x", new string('A', 71) })
            Assert.Equal("invalid_grant", (await _signedIn.RefreshAsync(SignedIn.App, text)).Error);
    }

    private async Task AssertDeadAsync(Answer tokens, Client? client = null)
    {
        Assert.Equal("invalid_grant", (await _signedIn.RefreshAsync(client ?? SignedIn.Spa, tokens.RefreshToken)).Error);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _signedIn.UserInfoAsync(tokens.AccessToken)).Status);
    }

    private void Advance(TimeSpan by) => _signedIn.Server.Clock.Advance(by);

    private static JsonElement Claims(string jwt) => JsonDocument.Parse(CanonicalBase64Url.DecodeOrNull(jwt.Split('.')[1])).RootElement;
}
