namespace IdentityProvider.Server.Tests.Commands;

/// <summary><c>idp issuers</c> and the links of users, by the real executable on a real database.</summary>
public sealed class TrustedIssuerCommandsTests : IAsyncLifetime
{
    private const string Partner = "https://partner.example";

    private CommandLine _idp = null!;

    public async ValueTask InitializeAsync() => _idp = CommandLine.On(await TestCluster.NewDatabaseAsync());

    public ValueTask DisposeAsync()
    {
        _idp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_issuer_is_trusted_people_are_linked_to_it_and_both_are_taken_back()
    {
        var made = await _idp.DoneAsync(["issuers", "create", "--issuer", Partner, "--jwks-uri", Partner + "/jwks", "--client", "app", "--scope", "orders.read"]);
        Assert.Equal((Partner, "orders.read"), (made["issuer"]!.GetValue<string>(), made["scope"]!.GetValue<string>()));
        Assert.Equal(made.ToJsonString(), (await _idp.DoneAsync(["issuers", "show", Partner])).ToJsonString());
        Assert.StartsWith("issuer: ", (await _idp.RunAsync(["issuers", "create", "--file", "-", "--json"], made.ToJsonString())).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("scope: ", (await _idp.RunAsync(["issuers", "create", "--issuer", "x", "--jwks-uri", Partner + "/jwks", "--client", "app", "--json"])).Refusal, StringComparison.Ordinal);

        await _idp.DoneAsync(["users", "create", "--username", "alice", "--password", "correct horse battery staple"]);
        var linked = await _idp.DoneAsync(["users", "link", "alice", Partner, "partner-7"]);
        Assert.Equal("partner-7", linked["links"]![0]!["subject"]!.GetValue<string>());
        Assert.StartsWith("issuer: ", (await _idp.RunAsync(["users", "link", "alice", "https://nobody.example", "x", "--json"])).Refusal, StringComparison.Ordinal);
        Assert.Empty((await _idp.DoneAsync(["users", "unlink", "alice", Partner, "partner-7"]))["links"]!.AsArray());

        Assert.True((await _idp.DoneAsync(["issuers", "delete", Partner]))["deleted"]!.GetValue<bool>());
        Assert.StartsWith("issuer: ", (await _idp.RunAsync(["issuers", "show", Partner, "--json"])).Refusal, StringComparison.Ordinal);
    }
}
