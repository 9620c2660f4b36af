using System.Text.Json.Nodes;
using IdentityProvider.Protocol.SignIn;
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
    }

    [Fact]
    public async Task A_weak_password_changes_nothing_and_a_new_one_or_disabling_ends_every_session()
    {
        var made = await _idp.DoneAsync(["users", "create", "--username", "alice", "--password", "-"], "a lighthouse, the first\n");

        Assert.StartsWith("password: ", (await _idp.RunAsync(["users", "set-password", "alice", "--password", "short", "--json"])).Refusal, StringComparison.Ordinal);
        Assert.Equal(PasswordVerificationResult.Success, Verify(await HashAsync(), "a lighthouse, the first"));

        await SignInAsync(made);
        await _idp.DoneAsync(["users", "set-password", "alice", "--password", "-"], "@second violet marmot");
        Assert.Equal(PasswordVerificationResult.Success, Verify(await HashAsync(), "@second violet marmot"));
        Assert.Equal("0", await AliveSessionsAsync());
        Assert.Equal("0", await AliveFamiliesAsync());

        await SignInAsync(made);
        Assert.True((await _idp.DoneAsync(["users", "disable", "alice"]))["disabled"]!.GetValue<bool>());
        Assert.Equal("0", await AliveSessionsAsync());
        Assert.Equal("0", await AliveFamiliesAsync());
        Assert.False((await _idp.DoneAsync(["users", "enable", "alice"]))["disabled"]!.GetValue<bool>());
    }

    [Fact]
    public async Task A_hash_from_another_system_is_taken_in_the_forms_that_can_be_verified()
    {
        const string django = "pbkdf2_sha256$260000$Qm9hdHN3YWlu2024xyzAB$b0YC2QXOUOUaus8plljpjIHpaIZVCl8GOG+K9ejG7Jw=";
        var made = await _idp.RunAsync(["users", "create", "--username", "alice", "--password-hash", "-", "--json"], django + "\n");
        Assert.Equal(0, made.ExitCode);
        Assert.DoesNotContain("b0YC2QXO", made.StandardOutput, StringComparison.Ordinal);
        Assert.Equal("$pbkdf2-sha256$260000$Qm9hdHN3YWlu2024xyzAB$b0YC2QXOUOUaus8plljpjIHpaIZVCl8GOG.K9ejG7Jw".Split('$')[4], (await HashAsync()).Split('$')[4]);

        Assert.Contains("bcrypt", (await _idp.RunAsync(["users", "set-password", "alice", "--password-hash", "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW", "--json"])).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("password_hash: ", (await _idp.RunAsync(["users", "set-password", "alice", "--password-hash", "$pbkdf2-sha256$4000000000$AAAA$AAAA", "--json"])).Refusal, StringComparison.Ordinal);
        Assert.Equal(2, (await _idp.RunAsync(["users", "set-password", "alice"])).ExitCode);
        Assert.Equal(2, (await _idp.RunAsync(["users", "set-password", "alice", "--password", Password, "--password-hash", django])).ExitCode);
    }

    [Fact]
    public async Task An_operator_may_give_a_shorter_password_than_people_choose_and_is_told_so()
    {
        var made = await _idp.RunAsync(["users", "create", "--username", "alice", "--password", "plum-otter9", "--json"]);
        Assert.Equal(0, made.ExitCode);
        Assert.Contains("15 characters", made.StandardError, StringComparison.Ordinal);
        Assert.StartsWith("password: ", (await _idp.RunAsync(["users", "set-password", "alice", "--password", "Password123!", "--json"])).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("password: ", (await _idp.RunAsync(["users", "set-password", "alice", "--password", "plum-alice-otter", "--json"])).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_factors_are_taken_away_with_all_that_was_got_by_them()
    {
        var made = await _idp.DoneAsync(["users", "create", "--username", "alice", "--password", Password]);
        var id = made["sub"]!.GetValue<string>();
        await ClusterFolder.ExecuteAsync(_database, $"""INSERT INTO "UserTokens" ("UserId", "LoginProvider", "Name", "Value") VALUES ('{id}', '[AspNetUserStore]', 'AuthenticatorKey', 'sealed'), ('{id}', 'recovery-code', 'a hash', NULL)""");
        await SignInAsync(made);
        Assert.Equal("""{"authenticator":true,"recovery_codes":1,"passkeys":0,"required_by_role":false}""", (await _idp.DoneAsync(["users", "show", "alice"]))["second_factors"]!.ToJsonString());

        Assert.Equal("""{"authenticator":false,"recovery_codes":0,"passkeys":0,"required_by_role":false}""", (await _idp.DoneAsync(["users", "reset-second-factors", "alice"]))["second_factors"]!.ToJsonString());
        Assert.Equal(("0", "0"), (await AliveSessionsAsync(), await AliveFamiliesAsync()));
        Assert.Equal("SecondFactorsReset", await ClusterFolder.AskAsync(_database, """SELECT "Outcome" FROM "SignInEvents" """));
        Assert.StartsWith("username: ", (await _idp.RunAsync(["users", "reset-second-factors", "nobody", "--json"])).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_known_of_a_person_is_changed_in_parts()
    {
        await _idp.DoneAsync(["users", "create", "--username", "alice", "--password", Password, "--claims", "-"], """{"name": "Alice", "nickname": "Al", "updated_at": 5}""");
        var claims = (await _idp.DoneAsync(["users", "update", "alice", "--claims", "-"], """{"name": "Alice E.", "nickname": null, "address": {"country": "IS"}}"""))["claims"]!;
        Assert.Equal(("Alice E.", null, "IS"), (claims["name"]!.GetValue<string>(), claims["nickname"], claims["address"]!["country"]!.GetValue<string>()));
        Assert.NotEqual(5, claims["updated_at"]!.GetValue<long>());
        await _idp.DoneAsync(["users", "update", "alice", "--claims", "-"], """{"name": "Alice E."}"""); // says what stands
        var line = Assert.Single((await _idp.DoneAsync(["users", "history", "alice"])).AsArray())!;
        Assert.Equal(("ProfileCorrected", "name nickname address", null), (line["outcome"]!.GetValue<string>(), line["detail"]!.GetValue<string>(), line["address"]));
        await _idp.DoneAsync(["users", "update", "alice", "--claims", "-"], """{"email": "Alice@Example.com", "email_verified": true}""");
        Assert.Equal("Alice@example.com ALICE@EXAMPLE.COM t", await ClusterFolder.AskAsync(_database, """SELECT concat_ws(' ', "Email", "NormalizedEmail", "EmailConfirmed") FROM "Users" """));
        await _idp.DoneAsync(["users", "create", "--username", "bob", "--password", Password]);
        Assert.StartsWith("email: ", (await _idp.RunAsync(["users", "update", "bob", "--claims", "-", "--json"], """{"email": "alice@example.com", "email_verified": true}""")).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("email: ", (await _idp.RunAsync(["users", "update", "bob", "--claims", "-", "--json"], """{"email": "nobody"}""")).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("roles: ", (await _idp.RunAsync(["users", "update", "alice", "--claims", "-", "--json"], """{"roles": ["admin"]}""")).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("username: ", (await _idp.RunAsync(["users", "update", "nobody", "--claims", "-", "--json"], "{}")).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enabling_lets_in_whom_strangers_locked_out_and_leaves_others_who_wait()
    {
        var made = await _idp.DoneAsync(["users", "create", "--username", "alice", "--password", Password]);
        await _idp.DoneAsync(["users", "create", "--username", "bob", "--password", Password]);
        var bob = await _idp.DoneAsync(["users", "show", "bob"]);
        foreach (var person in new[] { made, bob })
            await ClusterFolder.ExecuteAsync(_database, $"""INSERT INTO "Attempts" ("Key", "Count", "CountedAt", "NextAt", "EndsAt") VALUES ('{AttemptKey.OfAccount(person["sub"]!.GetValue<Guid>())}', 50, now(), now() + interval '1 hour', now() + interval '1 day')""");

        Assert.NotNull((await _idp.DoneAsync(["users", "show", "alice"]))["locked_until"]);
        Assert.Null((await _idp.DoneAsync(["users", "enable", "alice"]))["locked_until"]);
        Assert.Equal("1", await ClusterFolder.AskAsync(_database, """SELECT count(*) FROM "Attempts" """));
        Assert.NotNull((await _idp.DoneAsync(["users", "show", "bob"]))["locked_until"]);
        Assert.StartsWith("username: ", (await _idp.RunAsync(["users", "enable", "nobody", "--json"])).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_account_leaves_nothing_and_its_name_is_free()
    {
        var made = await _idp.DoneAsync(["users", "create", "--username", "alice", "--password", Password, "--role", "staff", "--claims", "-"], """{"email": "alice@example.com"}""");
        await _idp.DoneAsync(["users", "create", "--username", "bob", "--password", Password]);
        await SignInAsync(made);
        await _idp.DoneAsync(["users", "set-password", "alice", "--password", "-", "--keep-sessions"], "@second violet marmot");

        var deleted = await _idp.DoneAsync(["users", "delete", "alice"]);
        Assert.Equal((made["sub"]!.GetValue<string>(), true), (deleted["sub"]!.GetValue<string>(), deleted["deleted"]!.GetValue<bool>()));
        foreach (var table in new[] { "Sessions", "TokenFamilies", "SignInEvents", "UserRoles" })
            Assert.Equal("0", await ClusterFolder.AskAsync(_database, $"""SELECT count(*) FROM "{table}" """));
        Assert.Equal("bob", await ClusterFolder.AskAsync(_database, """SELECT string_agg("UserName", ',') FROM "Users" """));
        Assert.StartsWith("username: ", (await _idp.RunAsync(["users", "delete", "alice", "--json"])).Refusal, StringComparison.Ordinal);
        Assert.NotEqual(made["sub"]!.GetValue<string>(), (await _idp.DoneAsync(["users", "create", "--username", "alice", "--password", Password]))["sub"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_history_is_listed_a_page_at_a_time_newest_first()
    {
        await _idp.DoneAsync(["users", "create", "--username", "alice", "--password", Password]);
        Assert.Empty((await _idp.DoneAsync(["users", "history", "alice"])).AsArray());
        await _idp.DoneAsync(["users", "set-password", "alice", "--password", "-"], "@second violet marmot");
        await _idp.DoneAsync(["users", "update", "alice", "--claims", "-"], """{"name": "Alice"}""");

        var first = await _idp.RunAsync(["users", "history", "alice", "--limit", "1", "--json"]);
        var newest = Assert.Single(first.Json.AsArray())!;
        Assert.Equal(("ProfileCorrected", "name", 1), (newest["outcome"]!.GetValue<string>(), newest["detail"]!.GetValue<string>(), newest["count"]!.GetValue<int>()));
        Assert.Contains($"--after {newest["id"]}", first.StandardError, StringComparison.Ordinal);
        var older = Assert.Single((await _idp.DoneAsync(["users", "history", "alice", "--after", newest["id"]!.GetValue<string>()])).AsArray())!;
        Assert.Equal("PasswordGiven", older["outcome"]!.GetValue<string>());
        Assert.StartsWith("username: ", (await _idp.RunAsync(["users", "history", "nobody", "--json"])).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_is_given_and_taken()
    {
        await SignInAsync(await _idp.DoneAsync(["users", "create", "--username", "alice", "--password", Password]));
        await ClusterFolder.ExecuteAsync(_database, """UPDATE "TokenFamilies" SET "Statuses" = '7.4711.4102444800'""");

        Assert.Equal("staff", Assert.Single((await _idp.DoneAsync(["users", "grant-role", "alice", "staff"]))["roles"]!.AsArray())!.GetValue<string>());

        // Tokens from before say so: stale, not ended.
        Assert.Equal("7 4711 1 3", await ClusterFolder.AskAsync(_database, """SELECT concat_ws(' ', "ListId", "First", "Count", "Value") FROM "StatusChanges" """));
        Assert.Equal("1", await AliveFamiliesAsync());
        Assert.StartsWith("role: ", (await _idp.RunAsync(["users", "grant-role", "alice", "staff", "--json"])).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("username: ", (await _idp.RunAsync(["users", "grant-role", "nobody", "staff", "--json"])).Refusal, StringComparison.Ordinal);
        Assert.Empty((await _idp.DoneAsync(["users", "revoke-role", "alice", "staff"]))["roles"]!.AsArray());
        Assert.StartsWith("role: ", (await _idp.RunAsync(["users", "revoke-role", "alice", "staff", "--json"])).Refusal, StringComparison.Ordinal);
    }

    /// <summary>A session, and an app's offline access, which hangs on none.</summary>
    private Task SignInAsync(JsonNode user) =>
        ClusterFolder.ExecuteAsync(_database, $"""INSERT INTO "TokenFamilies" ("FamilyId", "ClientId", "UserId", "Scope", "Resources", "AuthTime", "Amr", "Generation", "RotatedAt", "CreatedAt", "ExpiresAt") VALUES (gen_random_uuid(), 'app', '{user["sub"]}', 'openid offline_access', '', now(), 'pwd', 0, now(), now(), now() + interval '30 days'); INSERT INTO "Sessions" ("SessionId", "SecretHash", "UserId", "AuthTime", "Amr", "SecondFactorRemembered", "LastUsedAt", "ExpiresAt") VALUES (gen_random_uuid(), decode(md5(random()::text), 'hex'), '{user["sub"]}', now(), 'pwd', false, now(), now() + interval '1 day')""");

    private Task<string?> AliveSessionsAsync() => ClusterFolder.AskAsync(_database, """SELECT count(*) FROM "Sessions" WHERE "EndedAt" IS NULL""");

    private Task<string?> AliveFamiliesAsync() => ClusterFolder.AskAsync(_database, """SELECT count(*) FROM "TokenFamilies" WHERE "EndedAt" IS NULL""");

    private async Task<string> HashAsync() => (await ClusterFolder.AskAsync(_database, """SELECT "PasswordHash" FROM "Users" """))!;

    private static PasswordVerificationResult Verify(string hash, string password) => new PasswordHasher<User>().VerifyHashedPassword(new User(), hash, password) switch
    {
        PasswordVerificationResult.Failed => PasswordVerificationResult.Failed,
        _ => PasswordVerificationResult.Success, // hashed by more rounds than this hasher's own, or fewer
    };
}
