using System.Text.Json;
using System.Text.RegularExpressions;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Verifier;

namespace IdentityProvider.Server.Tests.Endpoints;

/// <summary>
/// RFC 9470 from end to end: an API that wants a recent sign-in says so, the client asks for authorization again with what the API said, and
/// comes back with a token that will do.
/// </summary>
public sealed partial class StepUpTests(PagesServer fixture) : IClassFixture<PagesServer>
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
    public async Task An_API_that_asks_for_a_class_is_content_with_the_token_that_its_challenge_led_to()
    {
        var requirement = AuthenticationRequirement.RequireFresh(TimeSpan.FromSeconds(MaxAge), AcrRules.OneFactor);
        var username = await Server.AddPersonAsync();
        using var browser = await SignInAsync(username);
        var first = await AppAccess.OpenAsync(Server, browser, "scope=openid notes.read");
        Assert.False(Claims(first.AccessToken).TryGetProperty("acr", out _));

        // The client asks again with what the challenge says (RFC 9470 §4).
        Server.Clock.Advance(TimeSpan.FromMinutes(10));
        var challenge = ChallengeParameter().Matches(BearerChallenge.ForAuthentication(requirement)).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value, StringComparer.Ordinal);
        Assert.Equal("insufficient_user_authentication", challenge["error"]);
        var login = await browser.OpenAsync(first.Client.Request($"scope=openid notes.read&max_age={challenge["max_age"]}&acr_values={challenge["acr_values"]}"));
        var second = await AppAccess.ExchangeAsync(Server, first.Client, (await browser.SignInAsync(login, username)).Answer["code"]);

        Assert.Equal(AcrRules.OneFactor, Claims(second.AccessToken).GetProperty("acr").GetString());
        Assert.Null(Challenge(second.AccessToken));
    }

    [Fact]
    public async Task A_class_for_an_API_that_no_sign_in_here_reaches_is_an_error_and_no_loop()
    {
        using var browser = await SignInAsync(await Server.AddPersonAsync());
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false });
        foreach (var acr in new[] { "urn:example:gold", "urn:example:gold urn:example:silver" })
        {
            Assert.Equal("unmet_authentication_requirements", (await browser.OpenAsync(client.Request("scope=openid notes.read&acr_values=" + acr))).Answer["error"]);

            // About the person alone it is a wish (Core §3.1.2.1), unless it is essential (Core §5.5.1.1).
            Assert.True((await browser.OpenAsync(client.Request("scope=openid&acr_values=" + acr))).Answer.ContainsKey("code"));
            var essential = Uri.EscapeDataString($$$"""{"id_token":{"acr":{"essential":true,"values":["{{{acr}}}"]} } }""");
            Assert.Equal("unmet_authentication_requirements", (await browser.OpenAsync(client.Request("prompt=none&claims=" + essential))).Answer["error"]);
        }
    }

    [Fact]
    public async Task An_essential_class_that_the_session_lacks_is_had_by_a_second_factor_and_the_ID_token_says_so()
    {
        var username = await Server.AddPersonAsync();
        using var browser = await SignInAsync(username);
        using var elsewhere = new Browser(Server);
        var app = await AuthenticatorApp.SetUpAsync(Server, elsewhere, username);
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false, TokenEndpointAuthMethod = ClientAuthenticationMethod.None });
        var essential = "claims=" + Uri.EscapeDataString($$"""{"id_token":{"acr":{"essential":true,"values":["{{AcrRules.TwoFactors}}"]} } }""");

        Assert.Equal("login_required", (await browser.OpenAsync(client.Request("prompt=none&" + essential))).Answer["error"]);
        var second = await browser.OpenAsync(client.Request(essential));
        var code = (await browser.SubmitAsync(second, ("code", app.NextCode()))).Answer["code"];
        using var form = new FormUrlEncodedContent(
            [new("grant_type", "authorization_code"), new("client_id", client.ClientId), new("code", code), new("redirect_uri", client.RedirectUris[0]), new("code_verifier", SignedIn.CodeVerifier)]);
        using var answer = await Server.Http.PostAsync("/token", form, TestContext.Current.CancellationToken);
        var idToken = Claims(JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("id_token").GetString()!);

        Assert.Equal(AcrRules.TwoFactors, idToken.GetProperty("acr").GetString());
        Assert.Superset(new HashSet<string?> { "pwd", "otp", "mfa" }, idToken.GetProperty("amr").EnumerateArray().Select(m => m.GetString()).ToHashSet());
        Assert.True((await browser.OpenAsync(client.Request("prompt=none&" + essential))).Answer.ContainsKey("code"));
    }

    /// <summary>What the API answers (RFC 9470 §3): null where it is content.</summary>
    private string? Challenge(string accessToken) => Server.Clock.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(AuthTime(accessToken)) <= TimeSpan.FromSeconds(MaxAge)
        ? null
        : $"Bearer error=\"insufficient_user_authentication\", max_age=\"{MaxAge}\"";

    private static long AuthTime(string accessToken) => Claims(accessToken).GetProperty("auth_time").GetInt64();

    private static JsonElement Claims(string jwt) => JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(jwt.Split('.')[1])).RootElement;

    [GeneratedRegex("([a-z_]+)=\"([^\"]*)\"")]
    private static partial Regex ChallengeParameter();

    private async Task<Browser> SignInAsync(string username)
    {
        var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        return browser;
    }
}
