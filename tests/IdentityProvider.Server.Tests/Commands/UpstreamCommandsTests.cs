namespace IdentityProvider.Server.Tests.Commands;

/// <summary><c>idp upstreams</c>, by the real executable on a real database.</summary>
public sealed class UpstreamCommandsTests : IAsyncLifetime
{
    private CommandLine _idp = null!;

    public async ValueTask InitializeAsync() => _idp = CommandLine.On(await TestCluster.NewDatabaseAsync());

    public ValueTask DisposeAsync()
    {
        _idp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_upstream_is_made_changed_and_deleted_and_its_secret_never_shown()
    {
        string[] create = ["upstreams", "create", "--name", "example", "--issuer", "https://login.example", "--client-id", "us", "--client-secret", "-", "--label", "Example", "--claim", "name=display_name", "--role", "guest", "--json"];
        var made = await _idp.RunAsync(create, "s3cret-of-ours\n");
        Assert.True(made.ExitCode == 0, made.StandardError);
        Assert.DoesNotContain("s3cret", made.StandardOutput, StringComparison.Ordinal);
        var document = (await _idp.DoneAsync(["upstreams", "show", "example"]))!;
        Assert.EndsWith("/login/upstream/example/callback", document["redirect_uri"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.EndsWith("/login/upstream/example/backchannel-logout", document["backchannel_logout_uri"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(("never", "offer", "display_name"), (document["create"]!.GetValue<string>(), document["logout"]!.GetValue<string>(), document["claims"]!["name"]!.GetValue<string>()));
        Assert.StartsWith("name: ", (await _idp.RunAsync(create, "s\n")).Refusal, StringComparison.Ordinal);

        // An operator may link as well as the person.
        await _idp.DoneAsync(["users", "create", "--username", "ada", "--password", "correct horse battery staple"]);
        var linked = await _idp.DoneAsync(["users", "link", "ada", "https://login.example", new string('s', 255)]);
        Assert.Equal("https://login.example", linked["links"]![0]!["issuer"]!.GetValue<string>());
        await _idp.DoneAsync(["users", "unlink", "ada", "https://login.example", new string('s', 255)]);
        Assert.Equal(["LinkTaken", "LinkGiven"], (await _idp.DoneAsync(["users", "history", "ada"])).AsArray().Select(line => line!["outcome"]!.GetValue<string>()));

        var updated = await _idp.DoneAsync(["upstreams", "update", "example", "--create", "always", "--email-domain", "example.com", "--role", "", "--enabled", "false"]);
        Assert.Equal(("always", "Example", false), (updated["create"]!.GetValue<string>(), updated["label"]!.GetValue<string>(), updated["enabled"]!.GetValue<bool>()));
        Assert.Null(updated["roles"]);
        Assert.StartsWith("create: ", (await _idp.RunAsync(["upstreams", "update", "example", "--create", "often", "--json"])).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("client_secret: ", (await _idp.RunAsync(["upstreams", "create", "--name", "b", "--issuer", "https://b.example", "--client-id", "us", "--json"])).Refusal, StringComparison.Ordinal);

        Assert.True((await _idp.DoneAsync(["upstreams", "delete", "example"]))["deleted"]!.GetValue<bool>());
        Assert.StartsWith("name: ", (await _idp.RunAsync(["upstreams", "show", "example", "--json"])).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Our_own_keys_need_no_secret_but_their_address()
    {
        var made = await _idp.DoneAsync(["upstreams", "create", "--name", "keys", "--issuer", "https://login.example", "--client-id", "us", "--auth-method", "private_key_jwt"]);
        Assert.EndsWith("/.well-known/jwks.json", made["jwks_uri"]!.GetValue<string>(), StringComparison.Ordinal);
    }
}
