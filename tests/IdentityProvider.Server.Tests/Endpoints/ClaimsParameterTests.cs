using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Tests.Pages;

namespace IdentityProvider.Server.Tests.Endpoints;

/// <summary><c>claims</c> (OpenID Connect Core §5.5) in a browser and over HTTP: asked, agreed to, told where it was asked and nowhere else.</summary>
public sealed class ClaimsParameterTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private const string Asked = """{"userinfo":{"given_name":{"essential":true},"zoneinfo":null},"id_token":{"email":{"essential":true},"http://claims.example/x":null}}""";

    private TestServer Server => fixture.Server;

    [Fact]
    public async Task What_is_asked_for_by_name_is_agreed_to_and_told_where_it_was_asked()
    {
        var (browser, _) = await SignInAsync();
        var client = await ClientAsync();

        var consent = await browser.OpenAsync(client.Request("claims=" + Uri.EscapeDataString(Asked)));
        Assert.Matches("It would receive Given name [^ ]+ E-mail address alice@example.com Identifier .* later, it receives them too: Time zone", consent.Text);
        var tokens = await TokensAsync(client, (await browser.SubmitAsync(consent, ("decision", "allow"))).Answer["code"]);

        var idToken = Claims(tokens.GetProperty("id_token").GetString()!);
        Assert.Equal("alice@example.com", idToken.GetProperty("email").GetString());
        Assert.False(idToken.TryGetProperty("given_name", out _));
        var userInfo = await UserInfoAsync(tokens.GetProperty("access_token").GetString()!);
        Assert.Equal(["sub", "given_name"], userInfo.EnumerateObject().Select(member => member.Name));

        // What was agreed to is not asked about again, by silent requests either; the refresh says the same.
        var again = await browser.OpenAsync(client.Request("prompt=none&claims=" + Uri.EscapeDataString(Asked)));
        Assert.True(again.Answer.ContainsKey("code"));
        var more = await browser.OpenAsync(client.Request("prompt=none&claims=" + Uri.EscapeDataString("""{"userinfo":{"birthdate":null}}""")));
        Assert.Equal("consent_required", more.Answer["error"]);
        var refreshed = await PostAsync(client, ("grant_type", "refresh_token"), ("refresh_token", tokens.GetProperty("refresh_token").GetString()!));
        Assert.Equal("alice@example.com", Claims(refreshed.GetProperty("id_token").GetString()!).GetProperty("email").GetString());

        var account = await browser.OpenAsync("/account");
        Assert.Contains("Given name", account.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_client_is_not_registered_to_learn_it_does_not_get()
    {
        var (browser, _) = await SignInAsync();
        var client = await ClientAsync(c => c with { Scope = Protocol.ScopeSet.Of(["openid"]), RequireConsent = false });
        var tokens = await TokensAsync(client, (await browser.OpenAsync(client.Request("claims=" + Uri.EscapeDataString(Asked)))).Answer["code"]);
        Assert.False(Claims(tokens.GetProperty("id_token").GetString()!).TryGetProperty("email", out _));
        Assert.Equal(["sub"], (await UserInfoAsync(tokens.GetProperty("access_token").GetString()!)).EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task The_answer_is_about_the_person_whom_sub_names_or_about_nobody()
    {
        var (browser, username) = await SignInAsync();
        var client = await ClientAsync(c => c with { RequireConsent = false });
        var sub = (await Server.UserIdAsync(username)).ToString("D");
        Assert.True((await browser.OpenAsync(client.Request("prompt=none&claims=" + Sub(sub)))).Answer.ContainsKey("code"));
        Assert.Equal("login_required", (await browser.OpenAsync(client.Request("prompt=none&claims=" + Sub("somebody")))).Answer["error"]);
        Server.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("Sign in", (await browser.OpenAsync(client.Request("claims=" + Sub("somebody")))).Heading);

        static string Sub(string sub) => Uri.EscapeDataString($$$"""{"id_token":{"sub":{"value":"{{{sub}}}"} } }""");
    }

    [Theory]
    [InlineData("email")]
    [InlineData("""{"userinfo":[]}""")]
    [InlineData("""{"userinfo":{"email":null,"email":null}}""")]
    public async Task What_is_malformed_is_refused(string claims)
    {
        using var browser = new Browser(Server);
        Assert.Equal("invalid_request", (await browser.OpenAsync((await ClientAsync()).Request("claims=" + Uri.EscapeDataString(claims)))).Answer["error"]);
    }

    private Task<Client> ClientAsync(Func<Client, Client>? edit = null) =>
        Server.AddClientAsync(c => (edit?.Invoke(c) ?? c) with { TokenEndpointAuthMethod = ClientAuthenticationMethod.None });

    private async Task<(Browser Browser, string Username)> SignInAsync()
    {
        var username = await Server.AddPersonAsync(user => user.Claims = """{"given_name":"Alice","family_name":"Adams","email":"alice@example.com","email_verified":true}""");
        var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        return (browser, username);
    }

    private Task<JsonElement> TokensAsync(Client client, string code) => PostAsync(
        client, ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", client.RedirectUris[0]), ("code_verifier", SignedIn.CodeVerifier));

    private async Task<JsonElement> PostAsync(Client client, params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent([.. form.Select(field => KeyValuePair.Create(field.Name, field.Value)), KeyValuePair.Create("client_id", client.ClientId)]);
        using var answer = await Server.Http.PostAsync("/token", content, TestContext.Current.CancellationToken);
        return await ReadAsync(answer);
    }

    private async Task<JsonElement> UserInfoAsync(string accessToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/userinfo");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        using var answer = await Server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return await ReadAsync(answer);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return JsonElement.Parse(text);
    }

    private static JsonElement Claims(string jwt) => JsonElement.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(jwt.Split('.')[1]));
}
