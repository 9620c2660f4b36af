using IdentityProvider.Server.Tests.Pages;

namespace IdentityProvider.Server.Tests.Commands;

/// <summary><c>idp sessions</c>, beside a server where people are signed in.</summary>
public sealed class SessionCommandsTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private CommandLine _idp = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _idp = CommandLine.On(_server.ConnectionString);

        // A command runs by the machine's clock.
        _server.Clock.Advance(TimeProvider.System.GetUtcNow() - _server.Clock.GetUtcNow());
    }

    public async ValueTask DisposeAsync()
    {
        _idp.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Sessions_are_listed_and_ended_one_and_all()
    {
        var username = await _server.AddPersonAsync();
        using var first = await SignInAsync(username, "curl/8.11.0");
        using var second = await SignInAsync(username, "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0");
        using var third = await SignInAsync(username, "curl/8.11.0");
        var app = await AppAccess.OpenAsync(_server, second);

        var listed = (await _idp.DoneAsync(["sessions", "list", "--user", username])).AsArray();
        Assert.Equal(3, listed.Count);
        var one = listed.Single(s => s!["device"]!.GetValue<string>() == "Firefox on Linux")!;
        Assert.Equal(app.Client.ClientId, Assert.Single(one["clients"]!.AsArray())!.GetValue<string>());

        var sid = one["sid"]!.GetValue<string>();
        Assert.Equal(sid, (await _idp.DoneAsync(["sessions", "end", sid]))["sid"]!.GetValue<string>());
        Assert.EndsWith("has ended already", (await _idp.RunAsync(["sessions", "end", sid, "--json"])).Refusal, StringComparison.Ordinal);
        Assert.False(await app.IsAliveAsync());
        Assert.Equal("Sign in", (await second.OpenAsync("/account")).Heading);
        Assert.Equal("Your account", (await first.OpenAsync("/account")).Heading);

        Assert.Equal(2, (await _idp.DoneAsync(["sessions", "end", "--user", username]))["ended"]!.GetValue<int>());
        Assert.Equal("Sign in", (await first.OpenAsync("/account")).Heading);
        Assert.Empty((await _idp.DoneAsync(["sessions", "list", "--user", username])).AsArray());
    }

    [Fact]
    public async Task What_is_not_there_is_one_line()
    {
        Assert.StartsWith("user: 'nobody'", (await _idp.RunAsync(["sessions", "list", "--user", "nobody", "--json"])).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("user: 'nobody'", (await _idp.RunAsync(["sessions", "end", "--user", "nobody", "--json"])).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("id: 'x'", (await _idp.RunAsync(["sessions", "end", "x", "--json"])).Refusal, StringComparison.Ordinal);
    }

    private async Task<Browser> SignInAsync(string username, string userAgent)
    {
        var browser = new Browser(_server, userAgent: userAgent);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        return browser;
    }
}
