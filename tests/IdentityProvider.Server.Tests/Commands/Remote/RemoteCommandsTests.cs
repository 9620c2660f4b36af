using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands;
using IdentityProvider.Server.Commands.Remote;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Pages;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Commands.Remote;

/// <summary>Commands with <c>--server</c>: the same as at the machine, by the sign-in and the role of whoever runs them.</summary>
public sealed class RemoteCommandsTests : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("idp-remote-").FullName, "servers");

    private TestServer _server = null!;
    private HttpClient _http = null!;
    private string _admin = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RemoteStore Store => new(_folder);

    private RemoteSignIn SignIn => new(_http, Store, _server.Clock);

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(change: settings => settings with { Throttling = new() { Enabled = false } });
        _http = _server.NewHttpOfIssuer();
        _admin = await PersonAsync("admin");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);
    }

    [Fact]
    public async Task Somebody_signs_in_by_a_browser_and_acts_by_their_own_name()
    {
        await LoginAsync(_admin);

        var made = await DoneAsync("clients create --client-id shop --redirect-uri https://shop.example/cb");
        Assert.Equal(43, ((string)made["client_secret"]!).Length);
        Assert.Equal("shop", (string)(await DoneAsync("clients show shop"))["client_id"]!);
        Assert.Equal("Shop", (string)(await DoneAsync("clients update shop --name Shop"))["client_name"]!);
        Assert.Equal("shop", (string)Assert.Single((await DoneAsync("clients list")).AsArray())!["client_id"]!);
        Assert.NotNull((await DoneAsync("clients rotate-secret shop --revoke-old"))["client_secret"]);
        Assert.True((bool)(await DoneAsync("clients delete shop"))["deleted"]!);
        Assert.Equal(
            $"Person {await _server.UserIdAsync(_admin)} {BuiltInClients.CommandLine}",
            await ClusterFolder.AskAsync(_server.ConnectionString, """SELECT concat_ws(' ', "ActorKind", "Actor", "ActorClientId") FROM "AuditEvents" WHERE "Action" = 'client.created'"""));
    }

    [Fact]
    public async Task Every_command_that_is_said_to_work_there_does()
    {
        await LoginAsync(_admin);
        string[] lines =
        [
            "resources create --identifier https://api.example --scope a.read", "resources update https://api.example --name Api", "resources show https://api.example", "resources list",
            "roles create staff", "roles update staff --require-mfa", "roles update staff --no-require-mfa", "roles list",
            "groups create sales --role staff", "groups grant-role sales seller", "groups revoke-role sales seller", "groups show sales", "groups list",
            "users create --username bob --password violet-otter-piano-7", "users show bob", "users list", "users grant-role bob staff", "users revoke-role bob staff", "users add-to-group bob sales", "groups show sales --members",
            "users remove-from-group bob sales", "users disable bob", "users enable bob", "users set-password bob --password violet-marmot-piano-8", "users reset-second-factors bob",
            "sessions list --user bob", "sessions end --user bob", "search bob", "outbox list", "outbox list --state waiting", "keys list", "keys rotate",
            "users delete bob", "groups delete sales", "roles delete staff", "resources delete https://api.example",
        ];
        foreach (var line in lines)
            await DoneAsync(line);

        await AskAsync("clients create --client-id shop --redirect-uri https://shop.example/cb");
        string[] others = ["clients create", "clients update", "clients list", "clients show", "clients delete", "clients rotate-secret", "users update", "keys revoke", "outbox retry", "outbox discard"];
        Assert.Empty(RemoteCalls.All.Keys.Except(lines.Select(line => line.Split(' ') is [var noun, var verb, ..] && noun != "search" ? $"{noun} {verb}" : "search")).Except(others));
    }

    [Fact]
    public async Task What_the_api_refuses_is_said_in_its_words()
    {
        await LoginAsync(_admin);

        Assert.StartsWith("client_id: ", await RefusedAsync("clients show nobody"), StringComparison.Ordinal);
        Assert.StartsWith("username: 'nobody'", await RefusedAsync("users show nobody"), StringComparison.Ordinal);
        Assert.StartsWith("redirect_uris: ", await RefusedAsync("clients create --client-id a --redirect-uri http://a.example/cb"), StringComparison.Ordinal);
        Assert.StartsWith("client_id: ", await RefusedAsync($"clients delete {BuiltInClients.CommandLine}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auditor", "users list", "users create --username bob --password violet-otter-piano-7")]
    [InlineData("operator", "users list", "keys rotate")]
    public async Task A_sign_in_opens_what_the_role_opens(string role, string allowed, string refused)
    {
        await LoginAsync(await PersonAsync(role));

        await DoneAsync(allowed);
        Assert.NotEmpty(await RefusedAsync(refused));
    }

    [Fact]
    public async Task Who_asked_to_look_only_can_t_change_anything()
    {
        await LoginAsync(_admin, AdminApi.ReadAll);

        await DoneAsync("users list");
        Assert.NotEmpty(await RefusedAsync("roles create staff"));
    }

    [Fact]
    public async Task An_access_token_is_refreshed_until_the_account_is_disabled()
    {
        await LoginAsync(_admin);
        var first = Store.Find(TestServer.Issuer)!;
        _server.Clock.Advance(TimeSpan.FromMinutes(20));
        await DoneAsync("users list");
        Assert.NotEqual(first.AccessToken, Store.Find(TestServer.Issuer)!.AccessToken);

        await using (var scope = _server.Services.CreateAsyncScope())
        {
            Assert.True((await scope.ServiceProvider.GetRequiredService<UserOperations>().FindAsync(_admin)).Try(out var admin, out _));
            Assert.True((await scope.ServiceProvider.GetRequiredService<UserOperations>().DisableAsync(Actor.Command("me"), admin, Cancellation)).Try(out _, out var fault), fault?.ToString());
        }

        Assert.StartsWith("the sign-in has ended", await RefusedAsync("users list"), StringComparison.Ordinal);
        Assert.StartsWith("nobody is signed in", await RefusedAsync("users list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_ends_the_sign_in_there_and_here()
    {
        await LoginAsync(_admin);
        var kept = Store.Find(TestServer.Issuer)!;
        await SignIn.LogoutAsync(TestServer.Issuer, Cancellation);
        Assert.Null(Store.Find(TestServer.Issuer));

        Store.Put(TestServer.Issuer, kept);
        Assert.StartsWith("the sign-in has ended", await RefusedAsync("users list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_kept_is_the_persons_alone_to_read()
    {
        await LoginAsync(_admin);

        var file = Assert.Single(Directory.GetFiles(_folder));
        if (!OperatingSystem.IsWindows())
            Assert.Equal((UnixFileMode.UserRead | UnixFileMode.UserWrite, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute), (File.GetUnixFileMode(file), File.GetUnixFileMode(_folder)));
    }

    [Fact]
    public async Task Who_is_refused_in_the_browser_is_told_so()
    {
        var refused = await Assert.ThrowsAsync<RemoteException>(() => LoginAsync(_admin, AdminApi.ReadAll, decision: "deny"));

        Assert.Contains("refused", refused.Message, StringComparison.Ordinal);
        Assert.Null(Store.Find(TestServer.Issuer));
    }

    [Fact]
    public async Task A_server_is_known_by_its_issuer_alone() =>
        await Assert.ThrowsAsync<RemoteException>(() => SignIn.LoginAsync("http://127.0.0.1:8080", AdminApi.ReadAll, (_, _) => Assert.Fail("asked"), (_, _) => Task.CompletedTask, Cancellation));

    [Theory]
    [InlineData("database migrate", "works at the machine alone")]
    [InlineData("serve", "works at the machine alone")]
    [InlineData("doctor", "works at the machine alone")]
    [InlineData("import openiddict --connection x", "works at the machine alone")]
    [InlineData("clients delete shop --dry-run", "--dry-run")]
    public async Task What_is_of_the_machine_is_refused_there(string line, string why)
    {
        using var idp = CommandLine.On("Host=/nonexistent");
        Assert.Contains(why, (await idp.RunAsync([.. line.Split(' '), "--server", "https://login.example"])).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_sign_in_nothing_is_asked_of_anybody()
    {
        using var idp = CommandLine.On("Host=/nonexistent").With("XDG_CONFIG_HOME", _folder).With("HOME", _folder);
        Assert.StartsWith("nobody is signed in there: `idp login", (await idp.RunAsync(["clients", "list", "--server", "https://login.example"])).Refusal, StringComparison.Ordinal);
        Assert.Equal(2, (await idp.RunAsync(["clients", "list", "--server", "http://login.example"])).ExitCode);
        Assert.StartsWith("name the server", (await idp.RunAsync(["login"])).Refusal, StringComparison.Ordinal);
    }

    private async Task<string> PersonAsync(string role)
    {
        var username = await _server.AddPersonAsync();
        await using var scope = _server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserOperations>();
        Assert.True((await users.FindAsync(username)).Try(out var user, out _));
        Assert.True((await users.GrantRoleAsync(Actor.Command("me"), user, role, Cancellation)).Try(out _, out var fault), fault?.ToString());
        return username;
    }

    // The person is at a browser of their own, where they see the code and what it is for.
    private async Task LoginAsync(string username, string scope = $"{AdminApi.ReadAll} {AdminApi.WriteAll}", string decision = "allow")
    {
        using var browser = new Browser(_server);
        var shown = "";
        var asked = 0;
        await SignIn.LoginAsync(TestServer.Issuer, scope, (_, code) => shown = code, async (interval, _) =>
        {
            _server.Clock.Advance(interval);
            if (asked++ != 1)
                return;
            var page = await Device.TypeAsync(browser, shown);
            page = page.Heading == "Sign in" ? await browser.SignInAsync(page, username) : page;
            Assert.Contains("command line of administration", page.Text, StringComparison.Ordinal);
            await browser.SubmitAsync(page, ("decision", decision));
        }, Cancellation);
    }

    private async Task<(int Code, string Result, string Remarks)> AskAsync(string line)
    {
        using var results = new StringWriter();
        using var remarks = new StringWriter();
        var parsed = Root.Read($"{line} --json --server {TestServer.Issuer}");
        Assert.Empty(parsed.Errors);
        Assert.Null(RemoteCommands.Refuse(parsed));
        var work = new RemoteWork(parsed, new RemoteApi(_http, SignIn, TestServer.Issuer), new Output(results, remarks, isJson: true), Cancellation);
        try
        {
            return (await RemoteCommands.RunAsync(work), results.ToString(), remarks.ToString());
        }
        catch (RemoteException e)
        {
            return (1, "", e.Message);
        }
    }

    private async Task<JsonNode> DoneAsync(string line)
    {
        var (code, result, remarks) = await AskAsync(line);
        Assert.True(code == 0, $"{line}: {remarks}");
        return JsonNode.Parse(result)!;
    }

    private async Task<string> RefusedAsync(string line)
    {
        var (code, result, remarks) = await AskAsync(line);
        Assert.Equal((1, ""), (code, result));
        return remarks;
    }
}
