using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Pages;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Commands.Remote;

/// <summary>Commands with <c>--server</c>: the same as at the machine, by the sign-in and the role of whoever runs them.</summary>
public sealed class RemoteCommandsTests : IAsyncLifetime
{
    private RemoteServer _remote = null!;
    private string _admin = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RemoteStore Store => _remote.Store;

    public async ValueTask InitializeAsync()
    {
        _remote = await RemoteServer.StartAsync();
        _admin = await _remote.PersonAsync("admin");
    }

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Fact]
    public async Task Somebody_signs_in_by_a_browser_and_acts_by_their_own_name()
    {
        await _remote.LoginAsync(_admin);

        var made = await _remote.DoneAsync("clients create --client-id shop --redirect-uri https://shop.example/cb");
        Assert.Equal(43, ((string)made["client_secret"]!).Length);
        Assert.Equal("shop", (string)(await _remote.DoneAsync("clients show shop"))["client_id"]!);
        Assert.Equal("Shop", (string)(await _remote.DoneAsync("clients update shop --name Shop"))["client_name"]!);
        Assert.Equal("shop", (string)Assert.Single((await _remote.DoneAsync("clients list")).AsArray())!["client_id"]!);
        Assert.NotNull((await _remote.DoneAsync("clients rotate-secret shop --revoke-old"))["client_secret"]);
        Assert.True((bool)(await _remote.DoneAsync("clients delete shop"))["deleted"]!);
        Assert.Equal(
            $"Person {await _remote.Server.UserIdAsync(_admin)} {BuiltInClients.CommandLine}",
            await ClusterFolder.AskAsync(_remote.Server.ConnectionString, """SELECT concat_ws(' ', "ActorKind", "Actor", "ActorClientId") FROM "AuditEvents" WHERE "Action" = 'client.created'"""));
    }

    [Fact]
    public async Task What_the_api_refuses_is_said_in_its_words()
    {
        await _remote.LoginAsync(_admin);

        Assert.StartsWith("client_id: ", await _remote.RefusedAsync("clients show nobody"), StringComparison.Ordinal);
        Assert.StartsWith("username: 'nobody'", await _remote.RefusedAsync("users show nobody"), StringComparison.Ordinal);
        Assert.StartsWith("redirect_uris: ", await _remote.RefusedAsync("clients create --client-id a --redirect-uri http://a.example/cb"), StringComparison.Ordinal);
        Assert.StartsWith("client_id: ", await _remote.RefusedAsync($"clients delete {BuiltInClients.CommandLine}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auditor", "users list", "users create --username bob --password violet-otter-piano-7")]
    [InlineData("operator", "users list", "keys rotate")]
    public async Task A_sign_in_opens_what_the_role_opens(string role, string allowed, string refused)
    {
        await _remote.LoginAsync(await _remote.PersonAsync(role));

        await _remote.DoneAsync(allowed);
        Assert.NotEmpty(await _remote.RefusedAsync(refused));
    }

    [Fact]
    public async Task Who_asked_to_look_only_can_t_change_anything()
    {
        await _remote.LoginAsync(_admin, AdminApi.ReadAll);

        await _remote.DoneAsync("users list");
        Assert.NotEmpty(await _remote.RefusedAsync("roles create staff"));
    }

    [Fact]
    public async Task An_access_token_is_refreshed_until_the_account_is_disabled()
    {
        await _remote.LoginAsync(_admin);
        var first = Store.Find(TestServer.Issuer)!;
        _remote.Server.Clock.Advance(TimeSpan.FromMinutes(20));
        await _remote.DoneAsync("users list");
        Assert.NotEqual(first.AccessToken, Store.Find(TestServer.Issuer)!.AccessToken);

        await using (var scope = _remote.Server.Services.CreateAsyncScope())
        {
            Assert.True((await scope.ServiceProvider.GetRequiredService<UserOperations>().FindAsync(_admin)).Try(out var admin, out _));
            Assert.True((await scope.ServiceProvider.GetRequiredService<UserOperations>().DisableAsync(Actor.Command("me"), admin, Cancellation)).Try(out _, out var fault), fault?.ToString());
        }

        Assert.StartsWith("the sign-in has ended", await _remote.RefusedAsync("users list"), StringComparison.Ordinal);
        Assert.StartsWith("nobody is signed in", await _remote.RefusedAsync("users list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_ends_the_sign_in_there_and_here()
    {
        await _remote.LoginAsync(_admin);
        var kept = Store.Find(TestServer.Issuer)!;
        await _remote.SignIn.LogoutAsync(TestServer.Issuer, Cancellation);
        Assert.Null(Store.Find(TestServer.Issuer));

        Store.Put(TestServer.Issuer, kept);
        Assert.StartsWith("the sign-in has ended", await _remote.RefusedAsync("users list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_kept_is_the_persons_alone_to_read()
    {
        await _remote.LoginAsync(_admin);

        var file = Assert.Single(Directory.GetFiles(_remote.Folder));
        if (!OperatingSystem.IsWindows())
            Assert.Equal((UnixFileMode.UserRead | UnixFileMode.UserWrite, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute), (File.GetUnixFileMode(file), File.GetUnixFileMode(_remote.Folder)));
    }

    [Fact]
    public async Task Who_is_refused_in_the_browser_is_told_so()
    {
        var refused = await Assert.ThrowsAsync<RemoteException>(() => _remote.LoginAsync(_admin, AdminApi.ReadAll, decision: "deny"));

        Assert.Contains("refused", refused.Message, StringComparison.Ordinal);
        Assert.Null(Store.Find(TestServer.Issuer));
    }

    [Fact]
    public async Task Where_it_is_turned_off_nobody_signs_in_and_who_did_before_is_out()
    {
        await _remote.LoginAsync(_admin);
        await using var off = await TestServer.StartAsync(_remote.Server, settings => settings with { Administration = new() { CommandLineSignIn = false }, Throttling = new() { Enabled = false } });
        using var http = off.NewHttpOfIssuer();
        var signIn = new RemoteSignIn(http, Store, _remote.Server.Clock);

        var refused = await Assert.ThrowsAsync<RemoteException>(
            () => signIn.LoginAsync(TestServer.Issuer, AdminApi.ReadAll, (_, _) => Assert.Fail("asked"), (_, _) => Task.CompletedTask, Cancellation));
        Assert.Equal(Refusals.Of(Refusal.CommandLineSignInOff).Description, refused.Message);

        // Neither by the access token that was given before, nor by another.
        var before = Store.Find(TestServer.Issuer)!;
        await Assert.ThrowsAsync<RemoteException>(() => new RemoteApi(http, signIn, TestServer.Issuer).GetAsync("/users", Cancellation));
        Store.Put(TestServer.Issuer, before);
        Assert.StartsWith("the sign-in has ended", (await Assert.ThrowsAsync<RemoteException>(() => signIn.TokensAsync(TestServer.Issuer, refreshes: true, Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_is_known_by_its_issuer_alone() =>
        await Assert.ThrowsAsync<RemoteException>(() => _remote.SignIn.LoginAsync("http://127.0.0.1:8080", AdminApi.ReadAll, (_, _) => Assert.Fail("asked"), (_, _) => Task.CompletedTask, Cancellation));

    [Theory]
    [InlineData("database migrate", "works at the machine alone")]
    [InlineData("serve", "works at the machine alone")]
    [InlineData("doctor", "works at the machine alone")]
    [InlineData("database prune", "works on the database itself")]
    [InlineData("clients delete shop --dry-run", "--dry-run")]
    public async Task What_is_of_the_machine_is_refused_there(string line, string why)
    {
        using var idp = CommandLine.On("Host=/nonexistent");
        Assert.Contains(why, (await idp.RunAsync([.. line.Split(' '), "--server", "https://login.example"])).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_sign_in_nothing_is_asked_of_anybody()
    {
        using var idp = CommandLine.On("Host=/nonexistent").With("XDG_CONFIG_HOME", _remote.Folder).With("HOME", _remote.Folder);
        Assert.StartsWith("nobody is signed in there: `idp login", (await idp.RunAsync(["clients", "list", "--server", "https://login.example"])).Refusal, StringComparison.Ordinal);
        Assert.Equal(2, (await idp.RunAsync(["clients", "list", "--server", "http://login.example"])).ExitCode);
        Assert.StartsWith("name the server", (await idp.RunAsync(["login"])).Refusal, StringComparison.Ordinal);
    }
}
