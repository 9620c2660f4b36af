using IdentityProvider.Server.Tests.Pages;

namespace IdentityProvider.Server.Tests.Commands;

/// <summary><c>idp sessions</c>, beside a server where people are signed in.</summary>
public sealed class SessionCommandsTests : CommandsBesideServer
{
    [Fact]
    public async Task Sessions_are_listed_and_ended_one_and_all()
    {
        var username = await Server.AddPersonAsync();
        using var first = await SignInAsync(username, "curl/8.11.0");
        using var second = await SignInAsync(username, "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0");
        using var third = await SignInAsync(username, "curl/8.11.0");
        var app = await AppAccess.OpenAsync(Server, second);

        var listed = (await Idp.DoneAsync(["sessions", "list", "--user", username])).AsArray();
        Assert.Equal(3, listed.Count);
        var one = listed.Single(s => s!["device"]!.GetValue<string>() == "Firefox on Linux")!;
        Assert.Equal(app.Client.ClientId, Assert.Single(one["clients"]!.AsArray())!.GetValue<string>());

        var sid = one["sid"]!.GetValue<string>();
        Assert.Equal(sid, (await Idp.DoneAsync(["sessions", "end", sid]))["sid"]!.GetValue<string>());
        Assert.EndsWith("has ended already", (await Idp.RunAsync(["sessions", "end", sid, "--json"])).Refusal, StringComparison.Ordinal);
        Assert.False(await app.IsAliveAsync());
        Assert.Equal("Sign in", (await second.OpenAsync("/account")).Heading);
        Assert.Equal("Your account", (await first.OpenAsync("/account")).Heading);

        Assert.Equal(2, (await Idp.DoneAsync(["sessions", "end", "--user", username]))["ended"]!.GetValue<int>());
        Assert.Equal("Sign in", (await first.OpenAsync("/account")).Heading);
        Assert.Empty((await Idp.DoneAsync(["sessions", "list", "--user", username])).AsArray());
    }

    [Fact]
    public async Task What_is_not_there_is_one_line()
    {
        Assert.StartsWith("user: 'nobody'", (await Idp.RunAsync(["sessions", "list", "--user", "nobody", "--json"])).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("user: 'nobody'", (await Idp.RunAsync(["sessions", "end", "--user", "nobody", "--json"])).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("id: 'x'", (await Idp.RunAsync(["sessions", "end", "x", "--json"])).Refusal, StringComparison.Ordinal);
    }
}
