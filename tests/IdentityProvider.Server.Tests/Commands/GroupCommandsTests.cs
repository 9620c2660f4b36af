using System.Text.Json.Nodes;

namespace IdentityProvider.Server.Tests.Commands;

/// <summary><c>idp groups</c>, <c>idp roles</c> and who is in what, by the real executable on a real database.</summary>
public sealed class GroupCommandsTests : IAsyncLifetime
{
    private CommandLine _idp = null!;

    public async ValueTask InitializeAsync() => _idp = CommandLine.On(await TestCluster.NewDatabaseAsync());

    public ValueTask DisposeAsync()
    {
        _idp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_group_gives_its_roles_to_its_people_for_as_long_as_both_last()
    {
        await _idp.DoneAsync(["users", "create", "--username", "alice", "--password", "violet-marmot-71"]);
        var made = await _idp.DoneAsync(["groups", "create", "sales", "--role", "seller"]);
        Assert.Equal(("sales", "seller", 0), (Text(made["group"]), Names(made["roles"]), made["members"]!.GetValue<int>()));

        Assert.Equal("seller,staff", Names((await _idp.DoneAsync(["groups", "grant-role", "sales", "staff"]))["roles"]));
        var alice = await _idp.DoneAsync(["users", "add-to-group", "alice", "sales"]);
        Assert.Equal(("sales", "seller,staff", ""), (Names(alice["groups"]), Names(alice["effective_roles"]), Names(alice["roles"])));
        Assert.Equal("alice", Text(Assert.Single((await _idp.DoneAsync(["groups", "show", "sales", "--members"])).AsArray())!["username"]));
        Assert.Equal("seller", Names((await _idp.DoneAsync(["groups", "revoke-role", "sales", "staff"]))["roles"]));
        Assert.Equal("", Names((await _idp.DoneAsync(["users", "remove-from-group", "alice", "sales"]))["effective_roles"]));

        await _idp.DoneAsync(["users", "add-to-group", "alice", "sales"]);
        await _idp.DoneAsync(["groups", "delete", "sales"]);
        Assert.Empty((await _idp.DoneAsync(["groups", "list"])).AsArray());
        Assert.Equal("", Names((await _idp.DoneAsync(["users", "show", "alice"]))["groups"]));
    }

    [Fact]
    public async Task A_role_asks_for_a_second_factor_where_an_operator_says_so()
    {
        Assert.True((await _idp.DoneAsync(["roles", "create", "admin", "--require-mfa"]))["require_mfa"]!.GetValue<bool>());
        Assert.False((await _idp.DoneAsync(["roles", "update", "ADMIN", "--no-require-mfa"]))["require_mfa"]!.GetValue<bool>());
        Assert.True((await _idp.DoneAsync(["roles", "update", "admin", "--require-mfa"]))["require_mfa"]!.GetValue<bool>());
        Assert.True(Assert.Single((await _idp.DoneAsync(["roles", "list"])).AsArray())!["require_mfa"]!.GetValue<bool>());
        await _idp.DoneAsync(["roles", "delete", "admin"]);
        Assert.Empty((await _idp.DoneAsync(["roles", "list"])).AsArray());
        Assert.Equal(2, (await _idp.RunAsync(["roles", "update", "admin"])).ExitCode);
        Assert.Equal(2, (await _idp.RunAsync(["roles", "update", "admin", "--require-mfa", "--no-require-mfa"])).ExitCode);
    }

    [Fact]
    public async Task What_isnt_there_or_is_there_already_is_said_in_one_line()
    {
        await _idp.DoneAsync(["users", "create", "--username", "alice", "--password", "violet-marmot-71"]);
        await _idp.DoneAsync(["groups", "create", "sales"]);
        await _idp.DoneAsync(["groups", "grant-role", "sales", "staff"]);

        await RefusedAsync("group: ", "groups", "create", "SALES");
        await RefusedAsync("group: ", "groups", "create", "sal\u202Ees");
        await RefusedAsync("role: ", "groups", "create", "other", "--role", " ");
        await RefusedAsync("group: ", "groups", "show", "nobody");
        await RefusedAsync("group: ", "groups", "delete", "nobody");
        await RefusedAsync("role: ", "groups", "grant-role", "sales", "staff");
        await RefusedAsync("role: ", "groups", "revoke-role", "sales", "nothing");
        await RefusedAsync("role: ", "roles", "create", "STAFF");
        await RefusedAsync("role: ", "roles", "delete", "nothing");
        await RefusedAsync("group: ", "users", "add-to-group", "alice", "nobody");
        await RefusedAsync("username: ", "users", "add-to-group", "nobody", "sales");
        await RefusedAsync("group: ", "users", "remove-from-group", "alice", "sales");
        await _idp.DoneAsync(["users", "add-to-group", "alice", "sales"]);
        await RefusedAsync("group: ", "users", "add-to-group", "alice", "sales");
    }

    private async Task RefusedAsync(string start, params string[] words) =>
        Assert.StartsWith(start, (await _idp.RunAsync([.. words, "--json"])).Refusal, StringComparison.Ordinal);

    private static string? Text(JsonNode? node) => node?.GetValue<string>();

    private static string Names(JsonNode? list) => string.Join(',', list!.AsArray().Select(name => name!.GetValue<string>()));
}
