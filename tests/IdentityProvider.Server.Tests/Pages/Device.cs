using System.Net;
using System.Text.Json;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary>A device that wants to be connected: it has a code to show, and asks.</summary>
internal sealed class Device
{
    private readonly TestServer _server;

    private Device(TestServer server, Client client, JsonElement answer)
    {
        _server = server;
        Client = client;
        Authorization = answer;
    }

    public Client Client { get; }

    /// <summary>RFC 8628 §3.2.</summary>
    public JsonElement Authorization { get; }

    public string DeviceCode => Authorization.GetProperty("device_code").GetString()!;

    public string UserCode => Authorization.GetProperty("user_code").GetString()!;

    public static Task<Client> AddClientAsync(TestServer server, Func<Client, Client>? edit = null) => server.AddClientAsync(client =>
    {
        var device = client with
        {
            ClientName = "The Television",
            GrantTypes = [GrantTypes.DeviceCode, GrantTypes.RefreshToken],
            RedirectUris = [],
            PostLogoutRedirectUris = [],
            TokenEndpointAuthMethod = ClientAuthenticationMethod.None,
        };
        return edit?.Invoke(device) ?? device;
    });

    public static async Task<Device> StartAsync(TestServer server, Client? client = null, string scope = "openid notes.read")
    {
        client ??= await AddClientAsync(server);
        var (status, answer) = await PostAsync(server, "/device_authorization", new() { ["client_id"] = client.ClientId, ["scope"] = scope });
        Assert.True(status == HttpStatusCode.OK, answer.ToString());
        return new Device(server, client, answer);
    }

    /// <summary>A person with a browser goes to the page and types the code; the page that this leads to.</summary>
    public static async Task<Page> TypeAsync(Browser browser, string code) =>
        await browser.SubmitAsync(await browser.OpenAsync("/device"), ("user_code", code));

    /// <summary>The whole way, to the question.</summary>
    public async Task<Page> QuestionAsync(Browser browser, string username)
    {
        var page = await TypeAsync(browser, UserCode);
        return page.Heading == "Sign in" ? await browser.SignInAsync(page, username) : page;
    }

    public async Task ConnectAsync(Browser browser, string username)
    {
        var done = await browser.SubmitAsync(await QuestionAsync(browser, username), ("decision", "allow"));
        Assert.Equal("Your device is connected", done.Heading);
    }

    public async Task<(HttpStatusCode Status, JsonElement Answer)> PollAsync(Client? by = null) => await PostAsync(_server, "/token", new()
    {
        ["grant_type"] = GrantTypes.DeviceCode,
        ["client_id"] = (by ?? Client).ClientId,
        ["device_code"] = DeviceCode,
    });

    /// <summary>The error of a question that isn't answered by tokens.</summary>
    public async Task<string> ErrorAsync(Client? by = null)
    {
        var (status, answer) = await PollAsync(by);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        return answer.GetProperty("error").GetString()!;
    }

    public async Task<JsonElement> TokensAsync()
    {
        var (status, answer) = await PollAsync();
        Assert.True(status == HttpStatusCode.OK, answer.ToString());
        return answer;
    }

    public async Task<HttpStatusCode> RefreshAsync(JsonElement tokens) => (await PostAsync(_server, "/token", new()
    {
        ["grant_type"] = GrantTypes.RefreshToken,
        ["client_id"] = Client.ClientId,
        ["refresh_token"] = tokens.GetProperty("refresh_token").GetString()!,
    })).Status;

    public static async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(TestServer server, string path, Dictionary<string, string> form)
    {
        using var content = new FormUrlEncodedContent(form);
        using var answer = await server.Http.PostAsync(path, content, TestContext.Current.CancellationToken);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement);
    }
}
