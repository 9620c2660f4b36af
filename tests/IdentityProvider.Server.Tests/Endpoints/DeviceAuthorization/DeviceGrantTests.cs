using System.Net;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Endpoints.DeviceAuthorization;

public sealed class DeviceGrantTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_answer_has_what_a_device_shows_and_keeps()
    {
        var answer = (await Device.StartAsync(Server)).Authorization;
        var code = answer.GetProperty("user_code").GetString();
        Assert.Equal(
            ["device_code", "user_code", "verification_uri", "verification_uri_complete", "expires_in", "interval"],
            answer.EnumerateObject().Select(m => m.Name));
        Assert.Equal(43, answer.GetProperty("device_code").GetString()!.Length);
        Assert.Matches("^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$", code);
        Assert.Equal("http://localhost:8080/device", answer.GetProperty("verification_uri").GetString());
        Assert.Equal($"http://localhost:8080/device?user_code={code}", answer.GetProperty("verification_uri_complete").GetString());
        Assert.Equal((600, 5), (answer.GetProperty("expires_in").GetInt32(), answer.GetProperty("interval").GetInt32()));
    }

    [Fact]
    public async Task Refuses_a_client_that_is_not_registered_for_it_and_one_that_does_not_prove_itself()
    {
        var client = await Server.AddClientAsync(c => c with { TokenEndpointAuthMethod = ClientAuthenticationMethod.None });
        var (status, answer) = await Device.PostAsync(Server, "/device_authorization", new() { ["client_id"] = client.ClientId, ["scope"] = "openid" });
        Assert.Equal((HttpStatusCode.BadRequest, "unauthorized_client"), (status, answer.GetProperty("error").GetString()));

        var confidential = await Device.AddClientAsync(Server, c => c with { TokenEndpointAuthMethod = ClientAuthenticationMethod.ClientSecretPost });
        (status, answer) = await Device.PostAsync(Server, "/device_authorization", new() { ["client_id"] = confidential.ClientId, ["scope"] = "openid" });
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (status, answer.GetProperty("error").GetString()));
    }

    [Fact]
    public async Task Asking_too_soon_slows_the_device_down_for_good()
    {
        var device = await Device.StartAsync(Server);
        Assert.Equal("authorization_pending", await device.ErrorAsync());
        Assert.Equal("slow_down", await device.ErrorAsync());
        Server.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("slow_down", await device.ErrorAsync());
        Server.Clock.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal("authorization_pending", await device.ErrorAsync());
        Server.Clock.Advance(TimeSpan.FromSeconds(13));
        Assert.Equal("slow_down", await device.ErrorAsync());
    }

    [Fact]
    public async Task An_approved_code_works_once_and_for_its_own_client()
    {
        using var browser = new Browser(Server);
        var device = await Device.StartAsync(Server);
        await device.ConnectAsync(browser, await Server.AddPersonAsync());

        Assert.Equal("invalid_grant", await device.ErrorAsync(await Device.AddClientAsync(Server)));
        var polls = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => device.PollAsync()));
        Assert.Single(polls, poll => poll.Status == HttpStatusCode.OK);
        Assert.All(polls.Where(poll => poll.Status != HttpStatusCode.OK), poll => Assert.Equal("invalid_grant", poll.Answer.GetProperty("error").GetString()));
    }

    [Fact]
    public async Task The_tokens_outlive_the_browsers_session_and_name_none()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        var device = await Device.StartAsync(Server, scope: "openid notes.read");
        await device.ConnectAsync(browser, username);
        var tokens = await device.TokensAsync();
        var claims = System.Text.Json.JsonDocument.Parse(Jose.CanonicalBase64Url.DecodeOrNull(tokens.GetProperty("id_token").GetString()!.Split('.')[1])).RootElement;
        Assert.Equal((await Server.UserIdAsync(username)).ToString("D"), claims.GetProperty("sub").GetString());
        Assert.False(claims.TryGetProperty("sid", out _));

        await browser.SubmitAsync(await browser.OpenAsync("/logout"));
        Assert.Equal(HttpStatusCode.OK, await device.RefreshAsync(tokens));
    }

    [Fact]
    public async Task Each_end_of_all_that_a_client_has_of_a_person_ends_the_device_also_before_it_came_for_its_tokens()
    {
        var userId = await Server.UserIdAsync(await Server.AddPersonAsync());
        for (var i = 0; i < 4; i++)
        {
            using var browser = new Browser(Server);
            var (waiting, connected) = (await Device.StartAsync(Server), await Device.StartAsync(Server));
            var username = (await Server.Get<Users>().FindClaimsAsync(userId, Cancellation))!.Username;
            await waiting.ConnectAsync(browser, username);
            await connected.ConnectAsync(browser, username);
            var tokens = await connected.TokensAsync();

            await Task.WhenAll(EndOf(waiting, i), EndOf(connected, i));

            Assert.Equal("invalid_grant", await waiting.ErrorAsync());
            Assert.Equal(HttpStatusCode.BadRequest, await connected.RefreshAsync(tokens));
        }

        Task EndOf(Device device, int which) => which switch
        {
            0 => Server.Get<Grants>().RevokeAsync(userId, device.Client.ClientId, Server.Clock.GetUtcNow(), Cancellation),
            1 => Server.Get<TokenFamilies>().EndAllAsync(userId, device.Client.ClientId, FamilyEnd.EndedByOperator, Server.Clock.GetUtcNow(), Cancellation),
            2 => Server.Get<Sessions>().EndEverythingAsync(userId, FamilyEnd.GrantRevoked, Server.Clock.GetUtcNow(), Cancellation),
            _ => Server.Get<Clients>().RevokeTokensAsync(device.Client.ClientId, Server.Clock.GetUtcNow(), Cancellation),
        };
    }

    [Fact]
    public async Task A_disabled_person_connects_nothing()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        var device = await Device.StartAsync(Server);
        await device.ConnectAsync(browser, username);
        await using var scope = Server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
        var user = (await users.FindByNameAsync(username))!;
        user.DisabledAt = Server.Clock.GetUtcNow();
        await users.UpdateAsync(user);

        Assert.Equal("invalid_grant", await device.ErrorAsync());
    }
}
