using System.Net;
using System.Text.Json;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary>What an app has of a person who signed in at it by a browser: whether it still has it is asked by refreshing.</summary>
internal sealed class AppAccess
{
    private readonly TestServer _server;
    private string _refreshToken;

    private AppAccess(TestServer server, Client client, JsonElement tokens)
    {
        _server = server;
        Client = client;
        AccessToken = tokens.GetProperty("access_token").GetString()!;
        _refreshToken = tokens.GetProperty("refresh_token").GetString()!;
    }

    public Client Client { get; }

    public string AccessToken { get; }

    public string RefreshToken => _refreshToken;

    /// <summary>Signs in at a new app in a browser where the person is signed in: consent, code, tokens.</summary>
    public static async Task<AppAccess> OpenAsync(TestServer server, Browser browser, string edits = "", Func<Client, Client>? edit = null)
    {
        var client = await server.AddClientAsync(c => (edit?.Invoke(c) ?? c) with { TokenEndpointAuthMethod = ClientAuthenticationMethod.None });
        return await AgainAsync(server, browser, client, edits);
    }

    /// <summary>The same at an app that is there.</summary>
    public static async Task<AppAccess> AgainAsync(TestServer server, Browser browser, Client client, string edits = "")
    {
        var page = await browser.OpenAsync(client.Request(edits));
        if (page.Location is null)
            page = await browser.SubmitAsync(page, ("decision", "allow"));
        return await ExchangeAsync(server, client, page.Answer["code"]);
    }

    public static async Task<AppAccess> ExchangeAsync(TestServer server, Client client, string code) => new(server, client, (await PostAsync(server, client, new()
    {
        ["grant_type"] = "authorization_code",
        ["code"] = code,
        ["redirect_uri"] = client.RedirectUris[0],
        ["code_verifier"] = Endpoints.SignedIn.CodeVerifier,
    }))!.Value);

    /// <summary>Refreshes; whether that went well.</summary>
    public async Task<bool> IsAliveAsync()
    {
        var answer = await PostAsync(_server, Client, new() { ["grant_type"] = "refresh_token", ["refresh_token"] = _refreshToken });
        _refreshToken = answer?.GetProperty("refresh_token").GetString() ?? _refreshToken;
        return answer is not null;
    }

    private static async Task<JsonElement?> PostAsync(TestServer server, Client client, Dictionary<string, string> form)
    {
        form["client_id"] = client.ClientId;
        using var content = new FormUrlEncodedContent(form);
        using var answer = await server.Http.PostAsync("/token", content, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (answer.StatusCode == HttpStatusCode.OK)
            return JsonDocument.Parse(text).RootElement;
        Assert.Contains("invalid_grant", text, StringComparison.Ordinal);
        return null;
    }
}
