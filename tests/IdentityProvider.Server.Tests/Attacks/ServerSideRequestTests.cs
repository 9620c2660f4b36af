using System.Net;
using System.Text;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Tests.Endpoints.Registration;
using IdentityProvider.Server.Tests.Http;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Attacks;

/// <summary>Server-side request forgery: every address that a client can register, driven to the moment at which this server would call it.</summary>
public sealed class ServerSideRequestTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Of all the addresses that a client can name, none is asked that lies in a private network, and what is only shown is never asked.</summary>
    [Fact]
    public async Task No_address_that_a_client_registers_makes_the_server_knock_at_a_private_door()
    {
        await using var inside = await Listener.StartAsync();
        await using var server = await TestServer.StartAsync(change: s => s with { Outgoing = s.Outgoing with { AllowPrivateNetwork = false } });
        var (token, _) = await server.PolicyAsync();
        foreach (var (member, value) in new[]
        {
            ("jwks_uri", $"\"{inside.Address}jwks\""), ("sector_identifier_uri", $"\"{inside.Address}sector\""), ("request_uris", $"[\"{inside.Address}request\"]"),
            ("backchannel_logout_uri", $"\"{inside.Address}logout\""), ("logo_uri", $"\"{inside.Address}logo.png\""), ("client_uri", $"\"{inside.Address}\""),
            ("policy_uri", $"\"{inside.Address}policy\""), ("tos_uri", $"\"{inside.Address}terms\""), ("frontchannel_logout_uri", $"\"{inside.Address}front\""),
        })
        {
            var method = member == "jwks_uri" ? "private_key_jwt" : "none";
            var answer = await server.RegisterAsync(token, $$"""{"redirect_uris":["{{inside.Address}}cb"],"token_endpoint_auth_method":"{{method}}","{{member}}":{{value}}}""");
            if (answer.Status != HttpStatusCode.Created)
                continue;

            // What is registered is asked when it is used: at the doors that would.
            using var authorize = await server.Http.GetAsync($"/authorize?client_id={answer["client_id"]}&request_uri={Uri.EscapeDataString(inside.Address + "request")}", Cancellation);
            using var form = new FormUrlEncodedContent(
                [new("grant_type", "authorization_code"), new("code", "x"), new("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), new("client_assertion", Assertion(answer["client_id"]!))]);
            using var tokens = await server.Http.PostAsync("/token", form, Cancellation);
        }

        Assert.Equal(0, inside.Count);
    }

    private static string Assertion(string clientId)
    {
        using var key = SigningKey.Generate(SignatureAlgorithm.ES256);
        return Jws.Sign(key, "JWT", Encoding.UTF8.GetBytes($$"""{"iss":"{{clientId}}","sub":"{{clientId}}","aud":"{{TestServer.Issuer}}","jti":"1","exp":4102444800}"""));
    }

    /// <summary>The addresses that are called later, each with a person who makes it happen; and that they are called where an operator allows it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_called_when_a_person_leaves_or_answers_is_never_called_in_a_private_network(bool isAllowed)
    {
        await using var inside = await Listener.StartAsync();
        await using var server = await TestServer.StartAsync(change: s => s with { Outgoing = s.Outgoing with { AllowPrivateNetwork = isAllowed } });
        var username = await server.AddPersonAsync();
        using var browser = new Browser(server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);

        // backchannel_client_notification_endpoint: the person answers.
        await AskAsync(server, inside, username);
        await browser.SubmitAsync((await browser.OpenAsync("/account")).FormWith("/account/requests/answer"), ("decision", "allow"));
        await DeliverAsync(server);

        // backchannel_logout_uri and frontchannel_logout_uri: the person signs out. The frame is the browser's to load.
        await AppAccess.AgainAsync(server, browser, await RegisterAppAsync(server, inside));
        var page = await browser.OpenAsync("/logout");
        page = await browser.SubmitAsync(page);
        Assert.Contains(inside.Address + "front", page.Html, StringComparison.Ordinal);
        await DeliverAsync(server);

        var left = await server.Get<Outbox>().ListAsync(null, null, 10, Cancellation);
        Assert.Equal(2, left.Count);
        Assert.All(left, message => Assert.Equal(isAllowed, message.State == OutboxState.Delivered));
        Assert.Equal(isAllowed ? ["/ping", "/out"] : [], inside.Requests.Select(r => r.Path));
    }

    private static async Task AskAsync(TestServer server, Listener inside, string username)
    {
        var (token, _) = await server.PolicyAsync(p => p with { GrantTypes = [GrantTypes.Backchannel] });
        var till = await server.RegisterAsync(
            token,
            $$"""
            {"grant_types":["{{GrantTypes.Backchannel}}"],"token_endpoint_auth_method":"client_secret_post","scope":"openid",
             "backchannel_token_delivery_mode":"ping","backchannel_client_notification_endpoint":"{{inside.Address}}ping"}
            """);
        var (status, _) = await Device.PostAsync(server, "/bc-authorize", new()
        {
            ["client_id"] = till["client_id"]!, ["client_secret"] = till["client_secret"]!, ["scope"] = "openid", ["login_hint"] = username, ["client_notification_token"] = "token",
        });
        Assert.Equal(HttpStatusCode.OK, status);
    }

    private static async Task<Client> RegisterAppAsync(TestServer server, Listener inside)
    {
        var (token, _) = await server.PolicyAsync();
        var app = await server.RegisterAsync(
            token,
            $$"""
            {"redirect_uris":["{{inside.Address}}cb"],"grant_types":["authorization_code","refresh_token"],"token_endpoint_auth_method":"none","scope":"openid offline_access notes.read",
             "backchannel_logout_uri":"{{inside.Address}}out","frontchannel_logout_uri":"{{inside.Address}}front"}
            """);
        return (await server.Get<Clients>().FindAsync(app["client_id"]!, Cancellation))!;
    }

    private static async Task DeliverAsync(TestServer server)
    {
        await Task.WhenAll(await server.Get<OutboxDelivery>().StartDueAsync(Cancellation));
        await server.Get<OutboxDelivery>().IdleAsync();
    }
}
