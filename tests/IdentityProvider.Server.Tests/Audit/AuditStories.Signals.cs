using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using IdentityProvider.Server.Tests.Admin;

namespace IdentityProvider.Server.Tests.Audit;

/// <summary>What receivers of security events do, and an operator to their streams.</summary>
public sealed partial class AuditStories
{
    private static async Task SignalsAsync(TestServer server, DocumentClient api)
    {
        const string resource = TestServer.Issuer + "/ssf";
        var secret = await MadeAsync(
            api, "createClient",
            $$"""{"client_id":"receiver","grant_types":["client_credentials"],"token_endpoint_auth_method":"client_secret_post","resources":["{{resource}}"],"scope":"ssf.read ssf.manage"}""",
            "client_secret");
        using var form = new FormUrlEncodedContent(
            [new("grant_type", "client_credentials"), new("client_id", "receiver"), new("client_secret", secret), new("resource", resource), new("scope", "ssf.manage")]);
        using var tokens = await server.Http.PostAsync("/token", form, TestContext.Current.CancellationToken);
        var token = JsonElement.Parse(await tokens.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("access_token").GetString()!;

        var id = (await SendAsync(server, HttpMethod.Post, token, "{}")).GetProperty("stream_id").GetString()!;
        await SendAsync(server, HttpMethod.Patch, token, $$"""{"stream_id":"{{id}}","description":"Another"}""");
        var listed = (await api.DoneAsync("listSignalStreams", new() { ["client_id"] = "receiver" })).GetProperty("items");
        Assert.Equal((id, "poll"), (Assert.Single(listed.EnumerateArray()).GetProperty("stream_id").GetString(), listed[0].GetProperty("delivery").GetString()));
        var shown = (await api.DoneAsync("getSignalStream", new() { ["stream_id"] = id }));
        Assert.Equal(("Another", 0), (shown.GetProperty("description").GetString(), shown.GetProperty("waiting").GetInt32()));
        await api.DoneAsync("deleteSignalStream", new() { ["stream_id"] = id });
    }

    private static async Task<JsonElement> SendAsync(TestServer server, HttpMethod method, string token, string body)
    {
        using var request = new HttpRequestMessage(method, "/ssf/streams") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created);
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
