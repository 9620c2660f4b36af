using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Tests.Commands;

/// <summary><c>idp users</c>, by the real executable on a real database.</summary>
public sealed class UserCommandsTests : IAsyncLifetime
{
    private const string Password = "violet-marmot-71";

    private string _database = "";
    private CommandLine _idp = null!;

    public async ValueTask InitializeAsync() => _idp = CommandLine.On(_database = await TestCluster.NewDatabaseAsync());

    public ValueTask DisposeAsync()
    {
        _idp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_account_is_made_with_claims_and_a_role_and_its_password_is_nowhere_to_be_read()
    {
        var made = await _idp.RunAsync(["users", "create", "--username", "alice", "--password", Password, "--claims", "-", "--role", "staff", "--json"], """{"name": "Alice Example", "email": "alice@example.com"}""");

        Assert.Equal("Alice Example", made.Json["claims"]!["name"]!.GetValue<string>());
        Assert.Equal("staff", Assert.Single(made.Json["roles"]!.AsArray())!.GetValue<string>());
        Assert.DoesNotContain(Password, made.StandardOutput + made.StandardError, StringComparison.Ordinal);
        var hash = await ClusterFolder.AskAsync(_database, """SELECT "PasswordHash" FROM "Users" WHERE "UserName" = 'alice'""");
        Assert.Equal(PasswordVerificationResult.Success, Verify(hash!, Password));
        Assert.Equal("0", await ClusterFolder.AskAsync(_database, $"""SELECT count(*) FROM "Users" u WHERE u::text LIKE '%{Password}%'"""));

        Assert.StartsWith("username: ", (await _idp.RunAsync(["users", "create", "--username", "alice", "--password", Password, "--json"])).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("roles: ", (await _idp.RunAsync(["users", "create", "--username", "bob", "--password", Password, "--claims", "-", "--json"], """{"roles": ["admin"]}""")).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_password_comes_from_standard_input_and_a_weak_one_changes_nothing()
    {
        await _idp.DoneAsync(["users", "create", "--username", "alice", "--password", "-"], "first-password\n");

        Assert.StartsWith("password: ", (await _idp.RunAsync(["users", "set-password", "alice", "--password", "short", "--json"])).Refusal, StringComparison.Ordinal);
        Assert.Equal(PasswordVerificationResult.Success, Verify(await HashAsync(), "first-password"));

        await _idp.DoneAsync(["users", "set-password", "alice", "--password", "-"], "@second password");
        Assert.Equal(PasswordVerificationResult.Success, Verify(await HashAsync(), "@second password"));
    }

    [Fact]
    public async Task Disabling_ends_every_session_and_enabling_lets_in_again()
    {
        var made = await _idp.DoneAsync(["users", "create", "--username", "alice", "--password", Password]);
        await ClusterFolder.ExecuteAsync(_database, $"""INSERT INTO "Sessions" ("SessionId", "SecretHash", "UserId", "AuthTime", "Amr", "LastUsedAt", "ExpiresAt") VALUES (gen_random_uuid(), '\x00', '{made["sub"]}', now(), 'pwd', now(), now() + interval '1 day')""");

        Assert.True((await _idp.DoneAsync(["users", "disable", "alice"]))["disabled"]!.GetValue<bool>());
        Assert.Equal("0", await ClusterFolder.AskAsync(_database, """SELECT count(*) FROM "Sessions" WHERE "EndedAt" IS NULL"""));
        Assert.False((await _idp.DoneAsync(["users", "enable", "alice"]))["disabled"]!.GetValue<bool>());
        Assert.StartsWith("username: ", (await _idp.RunAsync(["users", "disable", "nobody", "--json"])).Refusal, StringComparison.Ordinal);
    }

    private async Task<string> HashAsync() => (await ClusterFolder.AskAsync(_database, """SELECT "PasswordHash" FROM "Users" """))!;

    private static PasswordVerificationResult Verify(string hash, string password) => new PasswordHasher<User>().VerifyHashedPassword(new User(), hash, password) switch
    {
        PasswordVerificationResult.Failed => PasswordVerificationResult.Failed,
        _ => PasswordVerificationResult.Success, // hashed by more rounds than this hasher's own, or fewer
    };
}
