namespace IdentityProvider.Server.Tests.Commands;

/// <summary><c>idp registration-policies</c>, by the real executable on a real database.</summary>
public sealed class RegistrationPolicyCommandsTests : IAsyncLifetime
{
    private CommandLine _idp = null!;

    public async ValueTask InitializeAsync() => _idp = CommandLine.On(await TestCluster.NewDatabaseAsync());

    public ValueTask DisposeAsync()
    {
        _idp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_token_is_made_with_its_policy_shown_once_and_revoked()
    {
        await _idp.DoneAsync(["resources", "create", "--identifier", "https://orders.example", "--scope", "orders.read"]);

        var made = await _idp.DoneAsync(
            ["registration-policies", "create", "--name", "Agents", "--scope", "openid orders.read", "--resource", "https://orders.example", "--redirect-host", "localhost", "--max-clients", "3", "--expires-in", "30d"]);

        Assert.Equal(43, made["initial_access_token"]!.GetValue<string>().Length);
        Assert.Equal(("token", 3, 0), (made["for"]!.GetValue<string>(), made["max_clients"]!.GetValue<int>(), made["clients"]!.GetValue<int>()));
        var listed = Assert.Single((await _idp.DoneAsync(["registration-policies", "list"])).AsArray())!;
        Assert.Null(listed["initial_access_token"]);
        Assert.Equal("openid orders.read", listed["scope"]!.GetValue<string>());

        var id = made["policy_id"]!.GetValue<string>();
        await _idp.DoneAsync(["registration-policies", "revoke", id]);
        Assert.StartsWith("policy_id: ", (await _idp.RunAsync(["registration-policies", "revoke", id, "--json"])).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_holds_without_a_token_is_set_and_no_token_is_made()
    {
        var made = await _idp.DoneAsync(["registration-policies", "create", "--for", "open", "--scope", "openid", "--max-clients", "5"]);
        Assert.Null(made["initial_access_token"]);
        Assert.Equal("open", made["for"]!.GetValue<string>());
        Assert.StartsWith("scope: ", (await _idp.RunAsync(["registration-policies", "create", "--scope", "orders.read", "--json"])).Refusal, StringComparison.Ordinal);
    }
}
