using System.Net;
using System.Text.Json.Nodes;

namespace IdentityProvider.Server.Tests.Admin;

/// <summary>The Admin API, driven by a client that knows its document alone.</summary>
public sealed class AdminApiTests : IAsyncLifetime
{
    private Administrators _all = null!;
    private DocumentClient _api = null!;

    public async ValueTask InitializeAsync()
    {
        _all = await Administrators.StartAsync();
        _api = await _all.ByDocumentAsync(await _all.TokenAsync());
    }

    public ValueTask DisposeAsync() => _all.DisposeAsync();

    [Fact]
    public async Task A_client_is_made_read_changed_and_deleted()
    {
        var made = await _api.CallAsync("createClient", body: """{"client_id":"web app","redirect_uris":["https://web.example/cb"]}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, made.Status);
        Assert.Equal("/client_id", made.Json.GetProperty("errors")[0].GetProperty("pointer").GetString());
        Assert.Equal("urn:idp:problem:refused", made["type"]);

        made = await _api.CallAsync("createClient", body: """{"client_id":"web","redirect_uris":["https://web.example/cb"]}""");
        Assert.Equal((HttpStatusCode.Created, $"{Administrators.Api}/clients/web"), (made.Status, made.Message.Headers.Location!.ToString()));
        Assert.Equal(43, made["client_secret"]!.Length);
        Assert.True(made.Message.Headers.CacheControl!.NoStore);

        var read = await _api.CallAsync("getClient", new() { ["client_id"] = "web" });
        Assert.Equal(made.Message.Headers.ETag, read.Message.Headers.ETag);
        Assert.Null(read["client_secret"]);
        var changed = JsonNode.Parse(read.Text)!;
        changed["client_name"] = "Web";
        Assert.Equal((HttpStatusCode)428, (await _api.CallAsync("replaceClient", new() { ["client_id"] = "web" }, changed.ToJsonString())).Status);
        var tag = read.Message.Headers.ETag!.ToString();
        var written = await _api.CallAsync("replaceClient", new() { ["client_id"] = "web", ["If-Match"] = tag }, changed.ToJsonString());
        Assert.Equal((HttpStatusCode.OK, "Web"), (written.Status, written["client_name"]));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _api.CallAsync("replaceClient", new() { ["client_id"] = "web", ["If-Match"] = tag }, changed.ToJsonString())).Status);

        await _api.DoneAsync("deleteClient", new() { ["client_id"] = "web" });
        Assert.Equal(HttpStatusCode.NotFound, (await _api.CallAsync("getClient", new() { ["client_id"] = "web" })).Status);
    }

    [Fact]
    public async Task Secrets_are_told_once_and_can_be_ended_one_by_one()
    {
        await _api.DoneAsync("createClient", body: """{"client_id":"web","redirect_uris":["https://web.example/cb"]}""");
        var made = await _api.CallAsync("rotateClientSecret", new() { ["client_id"] = "web" }, """{"keep_old":60}""");
        Assert.Equal(HttpStatusCode.Created, made.Status);
        var listed = await _api.DoneAsync("listClientSecrets", new() { ["client_id"] = "web" });
        Assert.Equal(2, listed.GetProperty("items").GetArrayLength());
        Assert.DoesNotContain(made["client_secret"]!, listed.GetRawText(), StringComparison.Ordinal);
        await _api.DoneAsync("removeClientSecret", new() { ["client_id"] = "web", ["secret_id"] = made["secret_id"]! });
        Assert.Equal(HttpStatusCode.NotFound, (await _api.CallAsync("removeClientSecret", new() { ["client_id"] = "web", ["secret_id"] = made["secret_id"]! })).Status);
        Assert.Equal(1, (await _api.DoneAsync("listClientSecrets", new() { ["client_id"] = "web" })).GetProperty("items").GetArrayLength());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _api.CallAsync("rotateClientSecret", new() { ["client_id"] = "web" }, """{"keep_old":-1}""")).Status);
    }

    [Fact]
    public async Task An_API_is_named_in_the_path_by_its_whole_address()
    {
        const string notes = "https://api.example/a/b?c=%2F";
        await _api.DoneAsync("createResource", body: $$"""{"identifier":"{{notes}}","scopes":["n.read"]}""");
        var read = await _api.CallAsync("getResource", new() { ["identifier"] = notes });
        Assert.Equal((HttpStatusCode.OK, notes), (read.Status, read["identifier"]));
        var written = await _api.CallAsync("replaceResource", new() { ["identifier"] = notes, ["If-Match"] = read.Message.Headers.ETag!.ToString() }, """{"name":"N","scopes":["n.read","n.write"]}""");
        Assert.Equal((HttpStatusCode.OK, "N"), (written.Status, written["name"]));
        Assert.Contains("n.write", (await _api.DoneAsync("listScopes")).GetRawText(), StringComparison.Ordinal);
        await _api.DoneAsync("deleteResource", new() { ["identifier"] = notes });
        Assert.Equal(HttpStatusCode.NotFound, (await _api.CallAsync("deleteResource", new() { ["identifier"] = notes })).Status);
    }

    [Fact]
    public async Task Administration_itself_is_built_in()
    {
        var own = new Dictionary<string, string> { ["identifier"] = Administrators.Api };
        var read = await _api.CallAsync("getResource", own);
        Assert.Equal(HttpStatusCode.OK, read.Status);
        Assert.Equal(HttpStatusCode.Conflict, (await _api.CallAsync("deleteResource", own)).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await _api.CallAsync("replaceResource", new(own) { ["If-Match"] = "*" }, """{"scopes":[]}""")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _api.CallAsync("createResource", body: $$"""{"identifier":"{{Administrators.Api}}/"}""")).Status);
    }

    [Fact]
    public async Task An_account_is_made_changed_kept_out_and_deleted()
    {
        var made = await _api.CallAsync("createUser", body: """{"username":"bob","password":"violet-otter-piano-7","claims":{"name":"Bob"},"roles":["staff"]}""");
        Assert.Equal(HttpStatusCode.Created, made.Status);
        var sub = new Dictionary<string, string> { ["sub"] = made["sub"]! };
        Assert.Equal("/username", (await _api.CallAsync("createUser", body: """{"username":"bob","password":"violet-otter-piano-7"}""")).Json.GetProperty("errors")[0].GetProperty("pointer").GetString());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _api.CallAsync("createUser", body: """{"username":"eve","password":"short"}""")).Status);

        var tag = made.Message.Headers.ETag!.ToString();
        var changed = await _api.CallAsync("changeUser", new(sub) { ["If-Match"] = tag }, """{"claims":{"nickname":"B","name":null}}""");
        Assert.Equal(HttpStatusCode.OK, changed.Status);
        Assert.Equal("B", changed.Json.GetProperty("claims").GetProperty("nickname").GetString());
        Assert.False(changed.Json.GetProperty("claims").TryGetProperty("name", out _));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _api.CallAsync("changeUser", new(sub) { ["If-Match"] = tag }, """{"claims":{}}""")).Status);

        await _api.DoneAsync("disableUser", sub);
        Assert.True((await _api.DoneAsync("getUser", sub)).GetProperty("disabled").GetBoolean());
        await _api.DoneAsync("enableUser", sub);
        await _api.DoneAsync("setPassword", sub, """{"password":"amber-walrus-tuba-9"}""");
        await _api.DoneAsync("grantRole", new(sub) { ["role"] = "a/b c" });
        await _api.DoneAsync("grantRole", new(sub) { ["role"] = "a/b c" });
        Assert.Equal(["a/b c", "staff"], (await _api.DoneAsync("getUser", sub)).GetProperty("roles").EnumerateArray().Select(role => role.GetString()).Order());
        await _api.DoneAsync("revokeRole", new(sub) { ["role"] = "a/b c" });
        await _api.DoneAsync("resetSecondFactors", sub);
        Assert.Equal("bob", Assert.Single((await _api.DoneAsync("listUsers", new() { ["q"] = "BO" })).GetProperty("items").EnumerateArray()).GetProperty("username").GetString());
        await _api.DoneAsync("deleteUser", sub);
        Assert.Equal(HttpStatusCode.NotFound, (await _api.CallAsync("getUser", sub)).Status);
    }

    [Fact]
    public async Task Roles_and_groups()
    {
        await _api.DoneAsync("createRole", body: """{"role":"staff"}""");
        var role = await _api.CallAsync("getRole", new() { ["role"] = "staff" });
        Assert.True((await _api.DoneAsync("replaceRole", new() { ["role"] = "staff", ["If-Match"] = role.Message.Headers.ETag!.ToString() }, """{"require_mfa":true}""")).GetProperty("require_mfa").GetBoolean());
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _api.CallAsync("replaceRole", new() { ["role"] = "staff", ["If-Match"] = role.Message.Headers.ETag!.ToString() }, """{"require_mfa":false}""")).Status);

        var member = new Dictionary<string, string> { ["group"] = "makers", ["sub"] = _all.SignedIn.UserId.ToString("D") };
        await _api.DoneAsync("createGroup", body: """{"group":"makers","roles":["staff"]}""");
        await _api.DoneAsync("addGroupMember", member);
        await _api.DoneAsync("addGroupMember", member);
        Assert.Equal("alice", Assert.Single((await _api.DoneAsync("listGroupMembers", new() { ["group"] = "makers" })).GetProperty("items").EnumerateArray()).GetProperty("username").GetString());
        await _api.DoneAsync("grantGroupRole", new() { ["group"] = "makers", ["role"] = "builders" });
        await _api.DoneAsync("revokeGroupRole", new() { ["group"] = "makers", ["role"] = "staff" });
        Assert.Equal("builders", Assert.Single((await _api.DoneAsync("getGroup", new() { ["group"] = "makers" })).GetProperty("roles").EnumerateArray()).GetString());
        await _api.DoneAsync("removeGroupMember", member);
        await _api.DoneAsync("deleteGroup", new() { ["group"] = "makers" });
        await _api.DoneAsync("deleteRole", new() { ["role"] = "staff" });
        Assert.Contains("builders", (await _api.DoneAsync("listRoles")).GetRawText(), StringComparison.Ordinal);
        Assert.Empty((await _api.DoneAsync("listGroups")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Sign_ins_and_what_hangs_on_them()
    {
        var alice = new Dictionary<string, string> { ["sub"] = _all.SignedIn.UserId.ToString("D") };
        await _all.SignedIn.TokensAsync(Endpoints.SignedIn.App);
        var session = Assert.Single((await _api.DoneAsync("listSessions", alice)).GetProperty("items").EnumerateArray());
        await _api.DoneAsync("getSession", new() { ["sid"] = session.GetProperty("sid").GetString()! });
        var family = Assert.Single((await _api.DoneAsync("listFamilies", alice)).GetProperty("items").EnumerateArray()).GetProperty("family").GetString()!;
        await _api.DoneAsync("endFamily", new() { ["family"] = family });
        Assert.Equal("EndedByOperator", (await _api.DoneAsync("getFamily", new() { ["family"] = family })).GetProperty("end_reason").GetString());
        Assert.Equal(HttpStatusCode.Conflict, (await _api.CallAsync("endFamily", new() { ["family"] = family })).Status);
        Assert.Equal(0, (await _api.DoneAsync("revokeUserTokens", alice)).GetProperty("ended").GetInt32());
        Assert.Empty((await _api.DoneAsync("listGrants", alice)).GetProperty("items").EnumerateArray());
        Assert.Equal(HttpStatusCode.NotFound, (await _api.CallAsync("revokeGrant", new(alice) { ["client_id"] = "app" })).Status);
        await _api.DoneAsync("endSession", new() { ["sid"] = session.GetProperty("sid").GetString()! });
        Assert.Equal(0, (await _api.DoneAsync("endSessions", alice)).GetProperty("ended").GetInt32());
        Assert.Equal(HttpStatusCode.NotFound, (await _api.CallAsync("getSession", new() { ["sid"] = "x" })).Status);
    }

    [Fact]
    public async Task Keys_the_outbox_and_the_settings_in_force()
    {
        var key = Assert.Single((await _api.DoneAsync("listKeys")).GetProperty("items").EnumerateArray()).GetProperty("kid").GetString()!;
        await _api.DoneAsync("getKey", new() { ["kid"] = key });
        Assert.Equal("announced", (await _api.DoneAsync("rotateKeys", body: "{}")).GetProperty("items")[0].GetProperty("state").GetString());
        Assert.Empty((await _api.DoneAsync("listMessages", new() { ["state"] = "waiting" })).GetProperty("items").EnumerateArray());
        Assert.Equal("/state", (await _api.CallAsync("listMessages", new() { ["state"] = "lost" })).Json.GetProperty("errors")[0].GetProperty("pointer").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await _api.CallAsync("retryMessage", new() { ["id"] = "7" })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _api.CallAsync("discardMessage", new() { ["id"] = "7" })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _api.CallAsync("getMessage", new() { ["id"] = "7" })).Status);

        var settings = await _api.DoneAsync("getSettings");
        Assert.Equal("[redacted]", settings.GetProperty("Database").GetProperty("ConnectionString").GetString());
        Assert.Equal(TestServer.Issuer, settings.GetProperty("Issuer").GetString());
        Assert.False(settings.GetProperty("Authorization").GetProperty("RequirePushedAuthorizationRequests").GetBoolean());
        Assert.Equal("30.00:00:00", settings.GetProperty("Keys").GetProperty("RotationInterval").GetString());
        Assert.DoesNotContain(_all.Server.ConnectionString, settings.GetRawText(), StringComparison.Ordinal);

        // The emergency is real: what asked for it is signed by that key too.
        await _api.DoneAsync("revokeKey", new() { ["kid"] = key });
        Assert.Equal(HttpStatusCode.Unauthorized, (await _api.CallAsync("listKeys")).Status);
    }

    [Fact]
    public async Task What_was_done_by_it_is_in_the_audit_by_who_did_it_and_without_its_secret()
    {
        var made = await _api.CallAsync("createClient", body: """{"client_id":"web","redirect_uris":["https://web.example/cb"]}""");
        _all.Server.Clock.Advance(TimeSpan.FromSeconds(1));
        await _api.With(await _all.TokenOfAliceAsAdminAsync()).DoneAsync("deleteClient", new() { ["client_id"] = "web" });
        var lines = (await _api.DoneAsync("listAudit", new() { ["target"] = "web" })).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["client.deleted", "client.created"], lines.Select(line => line.GetProperty("action").GetString()));
        Assert.Equal(("person", _all.SignedIn.UserId.ToString("D"), "console"), (lines[0].GetProperty("actor_kind").GetString(), lines[0].GetProperty("actor").GetString(), lines[0].GetProperty("actor_client_id").GetString()));
        Assert.Equal(("client", "robot"), (lines[1].GetProperty("actor_kind").GetString(), lines[1].GetProperty("actor").GetString()));
        Assert.Equal(made.Header("X-Request-Id"), lines[1].GetProperty("request_id").GetString());
        Assert.DoesNotContain(made["client_secret"]!, lines[1].GetRawText(), StringComparison.Ordinal);
        Assert.Equal("client.created", (await _api.DoneAsync("getAudit", new() { ["id"] = lines[1].GetProperty("id").GetString()! })).GetProperty("action").GetString());

        var first = await _api.DoneAsync("listAudit", new() { ["area"] = "clients", ["limit"] = "1" });
        var second = await _api.DoneAsync("listAudit", new() { ["area"] = "clients", ["limit"] = "1", ["cursor"] = first.GetProperty("next_cursor").GetString()! });
        Assert.NotEqual(first.GetProperty("items")[0].GetProperty("id").GetString(), second.GetProperty("items")[0].GetProperty("id").GetString());
        foreach (var (name, value) in new[] { ("action", "client.lost"), ("area", "nowhere"), ("from", "soon"), ("to", "later") })
            Assert.Equal($"/{name}", (await _api.CallAsync("listAudit", new() { [name] = value })).Json.GetProperty("errors")[0].GetProperty("pointer").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await _api.CallAsync("getAudit", new() { ["id"] = "none" })).Status);
    }

    [Fact]
    public async Task Registration_policies_and_upstreams()
    {
        var policy = await _api.DoneAsync("createRegistrationPolicy", body: """{"for":"token","name":"Partners","expires_in":3600}""");
        Assert.Equal(43, policy.GetProperty("initial_access_token").GetString()!.Length);
        var id = new Dictionary<string, string> { ["policy_id"] = policy.GetProperty("policy_id").GetString()! };
        Assert.False((await _api.DoneAsync("getRegistrationPolicy", id)).TryGetProperty("initial_access_token", out _));
        await _api.DoneAsync("revokeRegistrationPolicy", id);
        Assert.Equal(HttpStatusCode.NotFound, (await _api.CallAsync("revokeRegistrationPolicy", id)).Status);

        const string there = """{"name":"there","issuer":"https://there.example","client_id":"us","client_secret":"s3cret-of-theirs"}""";
        var made = await _api.CallAsync("createUpstream", body: there);
        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.DoesNotContain("s3cret", made.Text, StringComparison.Ordinal);
        var written = await _api.CallAsync(
            "replaceUpstream", new() { ["name"] = "there", ["If-Match"] = made.Message.Headers.ETag!.ToString() }, """{"client_id":"us","client_secret":"another","label":"There"}""");
        Assert.Equal((HttpStatusCode.OK, "There"), (written.Status, written["label"]));
        Assert.NotEqual(made.Message.Headers.ETag, written.Message.Headers.ETag);
        await _api.DoneAsync("deleteUpstream", new() { ["name"] = "there" });
        Assert.Empty((await _api.DoneAsync("listUpstreams")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Lists_come_in_pages_with_a_cursor_that_is_good_for_that_list_alone()
    {
        for (var i = 0; i < 5; i++)
            await _api.DoneAsync("createClient", body: $$"""{"client_id":"p{{i}}","redirect_uris":["https://p.example/cb"]}""");
        var (seen, cursor) = (new List<string>(), (string?)null);
        do
        {
            var parameters = new Dictionary<string, string> { ["limit"] = "2", ["q"] = "p" };
            if (cursor is not null)
                parameters["cursor"] = cursor;
            var page = await _api.DoneAsync("listClients", parameters);
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(client => client.GetProperty("client_id").GetString()!));
            cursor = page.TryGetProperty("next_cursor", out var next) ? next.GetString() : null;
            if (cursor is not null)
                Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _api.CallAsync("listResources", new() { ["cursor"] = cursor })).Status);
        }
        while (cursor is not null);
        Assert.Equal(["p0", "p1", "p2", "p3", "p4"], seen);
        Assert.All(["0", "501", "x"], limit => Assert.Equal(HttpStatusCode.UnprocessableEntity, _api.CallAsync("listClients", new() { ["limit"] = limit }).Result.Status));
    }

    [Fact]
    public async Task What_is_not_known_is_said_and_not_ignored()
    {
        var odd = await _all.Server.Http.SendAsync(Bearer(HttpMethod.Get, "/api/admin/v1/clients?page=2", await _all.TokenAsync()), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, odd.StatusCode);
        Assert.Equal("/redirect_uri", (await _api.CallAsync("createClient", body: """{"redirect_uri":"https://web.example/cb"}""")).Json.GetProperty("errors")[0].GetProperty("pointer").GetString());
        Assert.Equal("/metadata", (await _api.CallAsync("createClient", body: "{")).Json.GetProperty("errors")[0].GetProperty("pointer").GetString());
        var plain = Bearer(HttpMethod.Post, "/api/admin/v1/clients", await _all.TokenAsync());
        plain.Content = new StringContent("{}");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await _all.Server.Http.SendAsync(plain, TestContext.Current.CancellationToken)).StatusCode);
    }

    internal static HttpRequestMessage Bearer(HttpMethod method, string path, string token) => new(method, path) { Headers = { { "Authorization", $"Bearer {token}" } } };
}
