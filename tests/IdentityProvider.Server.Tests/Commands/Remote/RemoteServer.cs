using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands;
using IdentityProvider.Server.Commands.Remote;
using IdentityProvider.Server.Tests.Pages;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Commands.Remote;

/// <summary>A server, and somebody elsewhere who runs commands on it by their sign-in there.</summary>
internal sealed class RemoteServer : IAsyncDisposable
{
    private RemoteServer(TestServer server) => (Server, Http) = (server, server.NewHttpOfIssuer());

    public TestServer Server { get; }

    public HttpClient Http { get; }

    /// <summary>Where sign-ins are kept.</summary>
    public string Folder { get; } = Path.Combine(Directory.CreateTempSubdirectory("idp-remote-").FullName, "servers");

    public RemoteStore Store => new(Folder);

    public RemoteSignIn SignIn => new(Http, Store, Server.Clock);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<RemoteServer> StartAsync(DateTimeOffset? at = null) =>
        new(await TestServer.StartAsync(at: at, change: settings => settings with { Throttling = new() { Enabled = false } }));

    /// <summary>A line at the machine, on the very database.</summary>
    public async Task<(int Code, string Result, string Remarks)> AtTheMachineAsync(string line)
    {
        using var results = new StringWriter();
        using var remarks = new StringWriter();
        var parsed = Root.Read($"{line} --json");
        Assert.Empty(parsed.Errors);
        Assert.True(Root.Works.TryGetValue(parsed.CommandResult.Command, out var work), line);
        await using var installation = await Installation.OpenAsync(TestServer.SettingsFor(Server.ConnectionString), migrates: false, Cancellation);
        return (await work(new Work(parsed, installation, new Output(results, remarks, isJson: true), Cancellation)), results.ToString(), remarks.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(Folder)!, recursive: true);
    }

    public async Task<string> PersonAsync(string role)
    {
        var username = await Server.AddPersonAsync();
        await using var scope = Server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserOperations>();
        Assert.True((await users.FindAsync(username)).Try(out var user, out _));
        Assert.True((await users.GrantRoleAsync(Actor.Command("me"), user, role, Cancellation)).Try(out _, out var fault), fault?.ToString());
        return username;
    }

    /// <summary>The person is at a browser of their own, where they see the code and what it is for.</summary>
    public async Task LoginAsync(string username, string scope = $"{AdminApi.ReadAll} {AdminApi.WriteAll}", string decision = "allow")
    {
        using var browser = new Browser(Server);
        var shown = "";
        var asked = 0;
        await SignIn.LoginAsync(TestServer.Issuer, scope, (_, code) => shown = code, async (interval, _) =>
        {
            Server.Clock.Advance(interval);
            if (asked++ != 1)
                return;
            var page = await Device.TypeAsync(browser, shown);
            page = page.Heading == "Sign in" ? await browser.SignInAsync(page, username) : page;
            Assert.Contains("command line of administration", page.Text, StringComparison.Ordinal);

            // What it opens, in words; and that whoever sent a code would have it.
            Assert.Contains("See everything about this sign-in service", page.Text, StringComparison.Ordinal);
            Assert.Equal(scope.Contains(AdminApi.WriteAll, StringComparison.Ordinal), page.Text.Contains("Change everything about this sign-in service", StringComparison.Ordinal));
            Assert.Contains("their", page.Text, StringComparison.Ordinal);
            await browser.SubmitAsync(page, ("decision", decision));
        }, Cancellation);
    }

    public Task<(int Code, string Result, string Remarks)> AskAsync(string line) => AskAsync(Root.Read($"{line} --json --server {TestServer.Issuer}"));

    /// <summary>The same of words, which may hold spaces.</summary>
    public Task<(int Code, string Result, string Remarks)> AskAsync(IEnumerable<string> words) => AskAsync(Root.Read([.. words, "--json", "--server", TestServer.Issuer]));

    private async Task<(int Code, string Result, string Remarks)> AskAsync(ParseResult parsed)
    {
        using var results = new StringWriter();
        using var remarks = new StringWriter();
        Assert.Empty(parsed.Errors);
        Assert.Null(RemoteCommands.Refuse(parsed));
        var work = new RemoteWork(parsed, new RemoteApi(Http, SignIn, TestServer.Issuer), new Output(results, remarks, isJson: true), Cancellation);
        try
        {
            return (await RemoteCommands.RunAsync(work), results.ToString(), remarks.ToString());
        }
        catch (RemoteException e)
        {
            return (1, "", e.Message);
        }
    }

    public async Task<JsonNode> DoneAsync(string line)
    {
        var (code, result, remarks) = await AskAsync(line);
        Assert.True(code == 0, $"{line}: {remarks}");
        return JsonNode.Parse(result)!;
    }

    public async Task<string> RefusedAsync(string line)
    {
        var (code, result, remarks) = await AskAsync(line);
        Assert.Equal((1, ""), (code, result));
        return remarks;
    }
}
