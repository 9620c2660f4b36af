using System.Text.Json;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Tests.Pages;

namespace IdentityProvider.Server.Tests.Endpoints.Logout;

/// <summary>A person who signed in at apps by their browser, as far as the ID token.</summary>
internal sealed class SignedInApp(TestServer server, Browser browser, string username) : IDisposable
{
    public Browser Browser => browser;

    public string Username => username;

    public static async Task<SignedInApp> NewAsync(TestServer server, string? username = null) =>
        new(server, new Browser(server), username ?? await server.AddPersonAsync());

    /// <summary>A public client that asks for no consent.</summary>
    public static Task<Client> AddClientAsync(TestServer server, Func<Client, Client> edit) =>
        server.AddClientAsync(c => edit(c with { RequireConsent = false, TokenEndpointAuthMethod = ClientAuthenticationMethod.None }));

    /// <summary>Signs in at a client, with a password where the browser has no session yet; the ID token.</summary>
    public async Task<string> SignInAsync(Client client)
    {
        var page = await browser.OpenAsync(client.Request());
        if (page.Location is null)
            page = await browser.SignInAsync(page, username);
        using var http = server.NewBrowser();
        using var answer = await http.PostAsync(
            "/token",
            new FormUrlEncodedContent([
                new("grant_type", "authorization_code"), new("client_id", client.ClientId), new("code", page.Answer["code"]),
                new("redirect_uri", client.RedirectUris[0]), new("code_verifier", SignedIn.CodeVerifier)]),
            TestContext.Current.CancellationToken);
        using var tokens = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return tokens.RootElement.GetProperty("id_token").GetString()!;
    }

    /// <summary>The claims of a token that was verified elsewhere.</summary>
    public static JsonElement Claims(string token) => JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1])).RootElement;

    public void Dispose() => browser.Dispose();
}
