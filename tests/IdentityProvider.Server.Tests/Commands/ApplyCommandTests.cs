using System.Text.Json.Nodes;
using IdentityProvider.Server.Tests.Architecture;
using IdentityProvider.Server.Tests.Database;

namespace IdentityProvider.Server.Tests.Commands;

/// <summary><c>idp apply</c>, <c>idp clients export</c> and <c>import</c>, by the real executable on a real database.</summary>
public sealed class ApplyCommandTests : IAsyncLifetime
{
    private const string Small = """
        {"format":1,"resources":[{"identifier":"https://orders.example","scopes":["orders.read"]}],"roles":[{"role":"staff"}],
         "groups":[{"group":"sales","roles":["staff"]}],
         "clients":[{"client_id":"app","redirect_uris":["https://app.example/cb"],"scope":"openid orders.read","resources":["https://orders.example"]}]}
        """;

    /// <summary>Members of every shape.</summary>
    private const string Rich = """
        {"format":1,
         "resources":[
           {"identifier":"https://orders.example","name":"Orders & more","scopes":["orders.write",{"name":"orders.read","description":"See your orders <all>"}],
            "revocation":"introspection","access_token_lifetime":120,"signing_alg":"ES256","claims":{"mail":"email","first":"given_name"}},
           {"identifier":"https://notes.example","scopes":["notes.read"]}],
         "roles":[{"role":"staff"},{"role":"Admin","require_mfa":true}],
         "groups":[{"group":"sales","roles":["staff","Admin"]},{"group":"empty"}],
         "clients":[
           {"client_id":"web","client_name":"Büro","client_name#fr":"Bureau","client_name#de":"Amt","redirect_uris":["https://web.example/z","https://web.example/a"],
            "grant_types":["refresh_token","authorization_code"],"scope":"profile openid orders.read","resources":["https://orders.example","https://notes.example"],
            "contacts":["b@web.example","a@web.example"],"default_max_age":300,"claims":{"userinfo":{"z":"email","a":"given_name"}},"brand_color":"#204080"},
           {"client_id":"api","grant_types":["client_credentials"],"introspects":["https://orders.example"]},
           {"client_id":"bank","token_endpoint_auth_method":"tls_client_auth","tls_client_auth_subject_dn":"CN=bank,O=Bank,C=DE","grant_types":["client_credentials"],
            "resources":["https://notes.example"],"scope":"notes.read","tls_client_certificate_bound_access_tokens":true},
           {"client_id":"front","grant_types":["client_credentials","urn:ietf:params:oauth:grant-type:token-exchange"],"resources":["https://notes.example"],"scope":"notes.read",
            "token_exchange":{"subject_clients":["web"],"delegation":true}},
           {"client_id":"spa","token_endpoint_auth_method":"none","redirect_uris":["https://spa.example/cb"],"allowed_origins":["https://spa.example"]}]}
        """;

    private string _database = "";
    private CommandLine _idp = null!;

    public async ValueTask InitializeAsync() => _idp = CommandLine.On(_database = await TestCluster.NewDatabaseAsync());

    public ValueTask DisposeAsync()
    {
        _idp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_is_exported_and_applied_to_an_empty_database_is_exported_as_the_same_bytes()
    {
        await DoneAsync("--yes", Rich);
        var exported = await ExportAsync(_idp, "--all");
        Assert.EndsWith("}\n", exported, StringComparison.Ordinal);
        Assert.DoesNotContain("\r", exported, StringComparison.Ordinal);
        Assert.DoesNotContain("secret\"", exported, StringComparison.Ordinal);

        using var other = CommandLine.On(await TestCluster.NewDatabaseAsync());
        Assert.Equal(0, (await other.RunAsync(["apply", "--file", "-", "--yes", "--prune"], exported)).ExitCode);
        Assert.Equal(exported, await ExportAsync(other, "--all"));
        Assert.Empty(Steps(await other.DoneAsync(["apply", "--file", "-", "--prune"], exported)));
    }

    [Fact]
    public async Task A_second_run_has_nothing_to_do_and_needs_no_yes()
    {
        var first = await _idp.DoneAsync(["apply", "--file", "-", "--yes"], Small);
        Assert.True(first["applied"]!.GetValue<bool>());
        Assert.Equal(["create resource https://orders.example", "create role staff", "create group sales", "create client app"], Steps(first));
        var app = first["steps"]![3]!;
        Assert.Equal((43, 0), (app["client_secret"]!.GetValue<string>().Length, app["client_secret_expires_at"]!.GetValue<int>()));

        var second = await _idp.RunAsync(["apply", "--file", "-"], Small);
        Assert.Equal((0, "Nothing to do: everything is as the file has it.\n"), (second.ExitCode, second.StandardOutput));
    }

    [Fact]
    public async Task A_plan_says_what_is_made_changed_and_deleted_and_then_that_is_done()
    {
        await DoneAsync("--yes", Small);
        await _idp.DoneAsync(["clients", "create", "--client-id", "old", "--redirect-uri", "https://old.example/cb"]);
        const string next = """
            {"format":1,"resources":[{"identifier":"https://orders.example","scopes":["orders.read","orders.write"]}],"groups":[],
             "clients":[{"client_id":"app","redirect_uris":["https://app.example/cb"],"scope":"openid orders.write","resources":["https://orders.example"]},
                        {"client_id":"new","redirect_uris":["https://new.example/cb"]}]}
            """;

        // Without --prune what isn't named stays, and a section that isn't there says nothing with it either.
        Assert.DoesNotContain(Steps(await _idp.DoneAsync(["apply", "--file", "-", "--dry-run"], next)), step => step.StartsWith("delete", StringComparison.Ordinal));
        var shown = await _idp.RunAsync(["apply", "--file", "-", "--dry-run", "--prune"], next);
        Assert.Contains("scope: \"openid orders.read\" → \"openid orders.write\"", shown.StandardOutput, StringComparison.Ordinal);

        var done = await _idp.DoneAsync(["apply", "--file", "-", "--prune", "--yes"], next);
        Assert.Equal(
            ["change resource https://orders.example", "change client app", "create client new", "delete client old", "delete group sales"], Steps(done));
        var changed = Assert.Single(done["steps"]![1]!["changes"]!.AsArray())!;
        Assert.Equal(("scope", "openid orders.read", "openid orders.write"), (Text(changed["member"]), Text(changed["before"]), Text(changed["after"])));
        Assert.Equal("app,new", string.Join(',', (await _idp.DoneAsync(["clients", "list"])).AsArray().Select(client => Text(client!["client_id"]))));
        Assert.Equal("staff", Text(Assert.Single((await _idp.DoneAsync(["roles", "list"])).AsArray())!["role"]));
        Assert.Empty(Steps(await _idp.DoneAsync(["apply", "--file", "-", "--prune"], next)));
    }

    [Fact]
    public async Task A_group_and_a_role_change_in_place()
    {
        await DoneAsync("--yes", Small);
        const string next = """{"format":1,"roles":[{"role":"STAFF","require_mfa":true},{"role":"seller"}],"groups":[{"group":"Sales","roles":["seller"]}]}""";

        Assert.Equal(["change role staff", "create role seller", "change group sales"], Steps(await _idp.DoneAsync(["apply", "--file", "-", "--yes"], next)).Order(StringComparer.Ordinal).OrderBy(s => s.Contains("group", StringComparison.Ordinal)));
        Assert.Equal("seller", Text(Assert.Single((await _idp.DoneAsync(["groups", "show", "sales"]))["roles"]!.AsArray())));
        Assert.Empty(Steps(await _idp.DoneAsync(["apply", "--file", "-"], next)));
    }

    [Fact]
    public async Task Nothing_changes_with_dry_run_or_without_a_yes_where_nobody_can_be_asked()
    {
        var plan = await _idp.DoneAsync(["apply", "--file", "-", "--dry-run"], Small);
        Assert.Equal((false, 4), (plan["applied"]!.GetValue<bool>(), Steps(plan).Count));
        Assert.StartsWith("Nothing was changed: ", (await _idp.RunAsync(["apply", "--file", "-", "--json"], Small)).Refusal, StringComparison.Ordinal);
        var unasked = await _idp.RunAsync(["apply", "--file", "-"], Small);
        Assert.Equal(1, unasked.ExitCode);
        Assert.Contains("https://orders.example", unasked.StandardOutput, StringComparison.Ordinal);
        Assert.StartsWith("Nothing was changed: ", unasked.StandardError, StringComparison.Ordinal);

        Assert.Equal("0", await ClusterFolder.AskAsync(_database, """SELECT (SELECT count(*) FROM "Clients") + (SELECT count(*) FROM "Resources") + (SELECT count(*) FROM "AuditEvents")"""));
    }

    [Theory]
    [InlineData("/clients/1/redirect_uris: ", """{"format":1,"clients":[{"client_id":"good","redirect_uris":["https://a.example/cb"]},{"client_id":"bad","redirect_uris":["http://b.example/cb"]}]}""")]
    [InlineData("/clients/0/scope: ", """{"format":1,"resources":[{"identifier":"https://a.example"}],"clients":[{"client_id":"app","redirect_uris":["https://a.example/cb"],"resources":["https://a.example"],"scope":"a.read"}]}""")]
    [InlineData("/clients/0/resources: ", """{"format":1,"roles":[{"role":"staff"}],"clients":[{"client_id":"app","redirect_uris":["https://a.example/cb"],"resources":["https://nowhere.example"]}]}""")]
    [InlineData("/clients/0/sector_identifier_uri: ", """{"format":1,"roles":[{"role":"staff"}],"clients":[{"client_id":"app","redirect_uris":["https://a.example/cb"],"subject_type":"pairwise","sector_identifier_uri":"https://127.0.0.1:1/sector"}]}""")]
    [InlineData("/resources/0/identifier: ", """{"format":1,"roles":[{"role":"staff"}],"resources":[{"identifier":"http://localhost:8080/api/admin/v1"}]}""")]
    [InlineData("/groups/0/roles: ", """{"format":1,"roles":[{"role":"staff"}],"groups":[{"group":"sales","roles":["stuff"]}]}""")]
    [InlineData("/roles/1/role: ", """{"format":1,"roles":[{"role":"staff"},{"role":" "}]}""")]
    [InlineData("/format: ", """{"clients":[]}""")]
    public async Task One_mistake_refuses_the_whole_file_by_its_place(string place, string file)
    {
        Assert.StartsWith(place, (await _idp.RunAsync(["apply", "--file", "-", "--yes", "--json"], file)).Refusal, StringComparison.Ordinal);
        Assert.Equal("0", await ClusterFolder.AskAsync(_database, """SELECT (SELECT count(*) FROM "Clients") + (SELECT count(*) FROM "Resources") + (SELECT count(*) FROM "Roles")"""));
    }

    [Fact]
    public async Task A_client_that_needs_what_is_pruned_refuses_the_file()
    {
        await DoneAsync("--yes", Small);
        const string next = """{"format":1,"resources":[],"clients":[{"client_id":"app","redirect_uris":["https://app.example/cb"],"resources":["https://orders.example"]}]}""";

        Assert.StartsWith("/clients/0/resources: ", (await _idp.RunAsync(["apply", "--file", "-", "--prune", "--yes", "--json"], next)).Refusal, StringComparison.Ordinal);
        Assert.Equal(["change client app"], Steps(await _idp.DoneAsync(["apply", "--file", "-", "--dry-run"], next)));
    }

    [Fact]
    public async Task The_document_of_the_documentation_is_applied_as_it_stands()
    {
        var documented = Tree.Read("docs/as-code.md").Split("```json")[1].Split("```")[0];

        Assert.Equal(
            ["create resource https://orders.example.com", "create role admin", "create role seller", "create group sales", "create client shop"],
            Steps(await _idp.DoneAsync(["apply", "--file", "-", "--yes"], documented)));
    }

    [Fact]
    public async Task Who_applied_it_is_in_the_audit()
    {
        await DoneAsync("--yes", Small);
        await DoneAsync("--yes", Small);

        Assert.Equal(
            $"client.created command {Environment.UserName} app,group.created command {Environment.UserName} sales,resource.created command {Environment.UserName} https://orders.example,role.created command {Environment.UserName} staff",
            await ClusterFolder.AskAsync(_database, """SELECT string_agg("Action" || ' ' || lower("ActorKind") || ' ' || "Actor" || ' ' || "Target", ',' ORDER BY "Action") FROM "AuditEvents" WHERE "Action" LIKE '%.created'"""));
    }

    [Fact]
    public async Task Import_makes_and_changes_and_deletes_nothing()
    {
        var made = await _idp.DoneAsync(["clients", "import", "--file", "-"], Small);
        Assert.Equal(4, Steps(made).Count);
        Assert.NotNull(made["steps"]![3]!["client_secret"]);
        const string other = """{"format":1,"clients":[{"client_id":"app","redirect_uris":["https://app.example/other"]}],"roles":[]}""";
        Assert.Equal(["change client app"], Steps(await _idp.DoneAsync(["clients", "import", "--file", "-"], other)));
        Assert.Empty(Steps(await _idp.DoneAsync(["clients", "import", "--file", "-"], other)));
        Assert.Single((await _idp.DoneAsync(["roles", "list"])).AsArray());
    }

    [Fact]
    public async Task Named_clients_are_exported_with_the_resources_they_name()
    {
        await DoneAsync("--yes", Rich);
        var document = JsonNode.Parse(await ExportAsync(_idp, "spa", "api"))!;

        Assert.Equal(["format", "resources", "clients"], document.AsObject().Select(member => member.Key));
        Assert.Equal("https://orders.example", Text(Assert.Single(document["resources"]!.AsArray())!["identifier"]));
        Assert.Equal("api,spa", string.Join(',', document["clients"]!.AsArray().Select(client => Text(client!["client_id"]))));
        Assert.StartsWith("client_id: ", (await _idp.RunAsync(["clients", "export", "nobody"])).Refusal, StringComparison.Ordinal);
        foreach (var words in new string[][] { ["clients", "export"], ["clients", "export", "spa", "--all"], ["apply"] })
            Assert.Equal(2, (await _idp.RunAsync(words)).ExitCode);
    }

    private static async Task<string> ExportAsync(CommandLine idp, params string[] what)
    {
        var run = await idp.RunAsync(["clients", "export", .. what]);
        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        return run.StandardOutput;
    }

    private async Task DoneAsync(string option, string file)
    {
        var run = await _idp.RunAsync(["apply", "--file", "-", option], file);
        Assert.True(run.ExitCode == 0, run.StandardError);
    }

    private static List<string> Steps(JsonNode document) =>
        [.. document["steps"]!.AsArray().Select(step => $"{Text(step!["action"])} {Text(step["kind"])} {Text(step["name"])}")];

    private static string? Text(JsonNode? value) => value?.GetValue<string>();
}
