using System.Net;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Endpoints;
using IdentityProvider.Server.Tests.Status;

namespace IdentityProvider.Server.Tests.Commands;

/// <summary><c>idp tokens</c>, by the real executable beside a server that runs: what it takes back is dead there.</summary>
public sealed class TokenCommandsTests : IAsyncLifetime
{
    private SignedIn _signedIn = null!;
    private CommandLine _idp = null!;

    public async ValueTask InitializeAsync()
    {
        _signedIn = await SignedIn.StartAsync(at: TimeProvider.System.GetUtcNow());
        _idp = CommandLine.On(_signedIn.Server.ConnectionString).With("Idp__Issuer", TestServer.Issuer);
    }

    public async ValueTask DisposeAsync()
    {
        _idp.Dispose();
        await _signedIn.DisposeAsync();
    }

    [Fact]
    public async Task A_token_is_inspected_and_taken_back_and_never_printed()
    {
        var tokens = await _signedIn.TokensAsync(SignedIn.App);

        foreach (var (token, kind) in new[] { (tokens.AccessToken, "access_token"), (tokens.RefreshToken, "refresh_token") })
        {
            var run = await _idp.RunAsync(["tokens", "inspect", "-", "--json"], token);
            Assert.Equal((kind, true), (run.Json["kind"]!.GetValue<string>(), run.Json["active"]!.GetValue<bool>()));
            Assert.Equal((SignedIn.App.ClientId, "alice"), (run.Json["client_id"]!.GetValue<string>(), run.Json["username"]!.GetValue<string>()));
            Assert.DoesNotContain(token, run.StandardOutput, StringComparison.Ordinal);
        }

        await _idp.DoneAsync(["tokens", "revoke", tokens.AccessToken]);
        await BecomesInvalidAsync(tokens.AccessToken);
        Assert.False((await _idp.DoneAsync(["tokens", "inspect", tokens.AccessToken]))["active"]!.GetValue<bool>());
        Assert.True((await _idp.DoneAsync(["tokens", "inspect", tokens.RefreshToken]))["active"]!.GetValue<bool>());

        await _idp.DoneAsync(["tokens", "revoke", "-"], tokens.RefreshToken);
        Assert.Equal("invalid_grant", (await _signedIn.RefreshAsync(SignedIn.App, tokens.RefreshToken)).Error);
        Assert.StartsWith("token: ", (await _idp.RunAsync(["tokens", "revoke", tokens.RefreshToken])).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_person_or_a_client_has_is_taken_back_whole()
    {
        var app = await _signedIn.TokensAsync(SignedIn.App);
        var spa = await _signedIn.TokensAsync(SignedIn.Spa, "openid offline_access notes.read");
        var machine = (await _signedIn.PostAsync("/token", SignedIn.Machine, ("grant_type", "client_credentials"))).AccessToken;

        Assert.Equal(1, (await _idp.DoneAsync(["tokens", "revoke", "--user", "alice", "--client", "app"]))["revoked"]!.GetValue<int>());
        await BecomesInvalidAsync(app.AccessToken);
        Assert.Equal(StatusValue.Valid, await StatusReader.StatusAsync(_signedIn.Server, spa.AccessToken));
        Assert.Equal(1, (await _idp.DoneAsync(["tokens", "revoke", "--user", "alice"]))["revoked"]!.GetValue<int>());
        await BecomesInvalidAsync(spa.AccessToken);
        await _idp.DoneAsync(["tokens", "revoke", "--client", "machine"]);
        await BecomesInvalidAsync(machine);
    }

    [Fact]
    public async Task An_opaque_token_is_read_too()
    {
        await _signedIn.Server.Get<IdentityProvider.Storage.Resources>().UpdateAsync(
            new Resource { Identifier = SignedIn.NotesApi, Name = "Notes", Scopes = [new("notes.read"), new("notes.write")], Revocation = RevocationStyle.Introspection },
            _signedIn.Server.Clock.GetUtcNow(),
            SignedIn.Cancellation);
        await _signedIn.Server.Get<IdentityProvider.Server.Background.TopicWatch>().LookAsync(SignedIn.Cancellation);
        var token = (await _signedIn.TokensAsync(SignedIn.App)).AccessToken;

        await _idp.DoneAsync(["tokens", "revoke", token]);

        Assert.False((await _idp.DoneAsync(["tokens", "inspect", token]))["active"]!.GetValue<bool>());
        Assert.Equal(HttpStatusCode.Unauthorized, (await _signedIn.UserInfoAsync(token)).Status);
    }

    [Fact]
    public async Task What_is_no_token_or_names_nobody_is_refused_in_one_line()
    {
        foreach (var words in new[] { "x", "eyJhbGciOiJub25lIn0.e30.", "" })
            Assert.StartsWith("token: ", (await _idp.RunAsync(["tokens", "inspect", words])).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("user: ", (await _idp.RunAsync(["tokens", "revoke", "--user", "nobody"])).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("client: ", (await _idp.RunAsync(["tokens", "revoke", "--client", "nothing"])).Refusal, StringComparison.Ordinal);
        Assert.Equal(2, (await _idp.RunAsync(["tokens", "revoke"])).ExitCode);
        Assert.Equal(2, (await _idp.RunAsync(["tokens", "revoke", "x", "--user", "alice"])).ExitCode);
    }

    private Task<TimeSpan> BecomesInvalidAsync(string accessToken) => Eventually.TrueAsync(
        async () => await StatusReader.StatusAsync(_signedIn.Server, accessToken) == StatusValue.Invalid, "its status says so");
}
