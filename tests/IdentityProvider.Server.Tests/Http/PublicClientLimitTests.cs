using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Tests.Endpoints;
using IdentityProvider.Server.Tests.Pages;

namespace IdentityProvider.Server.Tests.Http;

/// <summary>Anyone may ask in the name of a public client: what is kept for it has a bound.</summary>
public sealed class PublicClientLimitTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private const string Secret = "a-secret-that-only-this-test-knows";

    [Theory]
    [InlineData("/par")]
    [InlineData("/device_authorization")]
    public async Task Refuses_more_than_a_burst_in_the_name_of_a_public_client_and_no_other_feels_it(string path)
    {
        var (flooded, other) = (await AddAsync(), await AddAsync());
        var confidential = await AddAsync(c => c with
        {
            TokenEndpointAuthMethod = ClientAuthenticationMethod.ClientSecretBasic,
            Secrets = [new ClientSecret(SHA256.HashData(Encoding.UTF8.GetBytes(Secret)), DateTimeOffset.UnixEpoch, null)],
        });

        var sent = 0;
        HttpResponseMessage answer;
        do
            answer = await PostAsync(fixture.Server, path, flooded);
        while (++sent < 4 * PublicClientLimit.Burst && answer.IsSuccessStatusCode);

        Assert.InRange(sent, PublicClientLimit.Burst, 4 * PublicClientLimit.Burst);
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.Equal(Refusals.Of(Refusal.PublicClientTooOften).Error, JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("error").GetString());
        Assert.True((await PostAsync(fixture.Server, path, other)).IsSuccessStatusCode);
        for (var i = 0; i <= PublicClientLimit.Burst; i++)
            Assert.True((await PostAsync(fixture.Server, path, confidential)).IsSuccessStatusCode);
    }

    [Fact]
    public async Task Without_throttling_there_is_no_bound()
    {
        await using var server = await TestServer.StartAsync(change: s => s with { Throttling = new() { Enabled = false } });
        var client = await server.AddClientAsync(Public);
        for (var i = 0; i <= 2 * PublicClientLimit.Burst; i++)
            Assert.True((await PostAsync(server, "/device_authorization", client)).IsSuccessStatusCode);
    }

    private Task<Client> AddAsync(Func<Client, Client>? edit = null) => fixture.Server.AddClientAsync(c => edit?.Invoke(Public(c)) ?? Public(c));

    private static Client Public(Client client) => client with
    {
        TokenEndpointAuthMethod = ClientAuthenticationMethod.None, GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.DeviceCode],
    };

    private static async Task<HttpResponseMessage> PostAsync(TestServer server, string path, Client client)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, path);
        message.Content = path == "/par"
            ? new StringContent(client.Request().Split('?', 2)[1], new MediaTypeHeaderValue("application/x-www-form-urlencoded"))
            : new FormUrlEncodedContent(new Dictionary<string, string> { ["client_id"] = client.ClientId, ["scope"] = "openid" });
        if (!client.IsPublic)
            message.Headers.Authorization = SignedIn.Basic(client.ClientId, Secret);
        return await server.Http.SendAsync(message, TestContext.Current.CancellationToken);
    }
}
