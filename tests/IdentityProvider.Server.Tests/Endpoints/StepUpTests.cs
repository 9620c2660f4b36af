using System.Text.Json;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Tests.Pages;

namespace IdentityProvider.Server.Tests.Endpoints;

/// <summary>
/// RFC 9470 from end to end: an API that wants a recent sign-in says so, the client asks for authorization again with what the API said, and
/// comes back with a token that will do.
/// </summary>
public sealed class StepUpTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private const int MaxAge = 60;

    private TestServer Server => fixture.Server;

    [Fact]
    public async Task A_token_of_an_old_sign_in_is_challenged_and_one_of_a_new_sign_in_passes()
    {
        var username = await Server.AddPersonAsync();
        using var browser = await SignInAsync(username);
        var first = await AppAccess.OpenAsync(Server, browser, "scope=openid notes.read");
        Assert.Null(Challenge(first.AccessToken));
        Server.Clock.Advance(TimeSpan.FromMinutes(10));

        var challenge = Challenge(first.AccessToken);
        Assert.Equal("Bearer error=\"insufficient_user_authentication\", max_age=\"60\"", challenge);
        var login = await browser.OpenAsync(first.Client.Request($"scope=openid notes.read&max_age={MaxAge}"));
        Assert.Equal("Sign in", login.Heading);
        var code = (await browser.SignInAsync(login, username)).Answer["code"];
        var second = await AppAccess.ExchangeAsync(Server, first.Client, code);

        Assert.Null(Challenge(second.AccessToken));

        // What the first sign-in gave says as before when that was, and lives on.
        Assert.True(await first.IsAliveAsync());
        Assert.NotEqual(AuthTime(first.AccessToken), AuthTime(second.AccessToken));
    }

    [Fact]
    public async Task A_sign_in_that_the_server_finds_recent_enough_is_so_for_the_API_too()
    {
        // In the middle of a second: the token says the whole one.
        Server.Clock.Advance(TimeSpan.FromMilliseconds(700));
        var username = await Server.AddPersonAsync();
        using var browser = await SignInAsync(username);
        var app = await AppAccess.OpenAsync(Server, browser, "scope=openid notes.read");
        Server.Clock.Advance(TimeSpan.FromSeconds(MaxAge - 0.5));

        Assert.NotNull(Challenge(app.AccessToken));
        Assert.Equal("Sign in", (await browser.OpenAsync(app.Client.Request($"scope=openid notes.read&max_age={MaxAge}"))).Heading);
    }

    [Fact]
    public async Task A_wish_for_a_class_of_sign_in_goes_along_and_the_token_claims_no_more_than_there_was()
    {
        var username = await Server.AddPersonAsync();
        var client = await Server.AddClientAsync(c => c with { TokenEndpointAuthMethod = ClientAuthenticationMethod.None, RequireConsent = false });
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync(client.Request("scope=openid notes.read&acr_values=urn:example:gold urn:example:silver&max_age=60"));
        var app = await AppAccess.ExchangeAsync(Server, client, (await browser.SignInAsync(login, username)).Answer["code"]);

        Assert.False(Claims(app.AccessToken).TryGetProperty("acr", out _));
        Assert.Null(Challenge(app.AccessToken));
    }

    /// <summary>What the API answers (RFC 9470 §3): null where it is content.</summary>
    private string? Challenge(string accessToken) => Server.Clock.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(AuthTime(accessToken)) <= TimeSpan.FromSeconds(MaxAge)
        ? null
        : $"Bearer error=\"insufficient_user_authentication\", max_age=\"{MaxAge}\"";

    private static long AuthTime(string accessToken) => Claims(accessToken).GetProperty("auth_time").GetInt64();

    private static JsonElement Claims(string jwt) => JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(jwt.Split('.')[1])).RootElement;

    private async Task<Browser> SignInAsync(string username)
    {
        var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        return browser;
    }
}
