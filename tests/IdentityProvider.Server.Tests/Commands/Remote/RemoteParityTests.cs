using System.CommandLine;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Commands;
using IdentityProvider.Server.Commands.Remote;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Storage;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Commands.Remote;

/// <summary>Every command is said to work at a server or to be of the machine alone, and where it works, it says the same at both.</summary>
public sealed partial class RemoteParityTests : IAsyncLifetime
{
    // What is done twice is done to two of a kind: the one at the machine, the two at the server.
    private const string One = "one";
    private const string Two = "two";

    private static readonly string[] OfSignIn = ["login", "logout"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("idp-parity-");
    private readonly HashSet<string> _walked = new(StringComparer.Ordinal);

    private readonly List<string> _differing = [];

    private RemoteServer _remote = null!;

    /// <summary>The commands that work at a server, by their words.</summary>
    internal static IEnumerable<string> Remote => Everything(Root.Build()).Where(command => RemoteCommands.Find(command) is not null).Select(command => string.Join(' ', Root.PathOf(command)));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private SignalStreams Streams => _remote.Server.Get<SignalStreams>();

    public async ValueTask InitializeAsync()
    {
        _remote = await RemoteServer.StartAsync(at: TimeProvider.System.GetUtcNow());
        await _remote.LoginAsync(await _remote.PersonAsync("admin"));
    }

    public async ValueTask DisposeAsync()
    {
        await _remote.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Every_command_works_at_a_server_or_says_why_it_is_of_the_machine()
    {
        var commands = Everything(Root.Build()).Where(command => command.Subcommands.Count == 0).ToList();
        foreach (var command in commands)
        {
            var words = string.Join(' ', Root.PathOf(command));
            var isOfTheMachine = RemoteCommands.AtTheMachine.TryGetValue(words, out var why);
            Assert.True(isOfTheMachine != (RemoteCommands.Find(command) is not null || OfSignIn.Contains(words)), $"{words} is in neither list, or in both");
            Assert.True(!isOfTheMachine || why!.Length > 10, words);
        }

        // Neither list names what isn't there.
        var all = commands.Select(command => string.Join(' ', Root.PathOf(command))).ToHashSet(StringComparer.Ordinal);
        Assert.All(RemoteCommands.AtTheMachine.Keys, words => Assert.Contains(words, all));
    }

    [Fact]
    public async Task A_command_says_the_same_at_the_machine_and_at_a_server()
    {
        foreach (var part in (Func<Task>[])[ClientsAndApisAsync, PeopleAsync, FederationAsync, OperatingAsync, DocumentsAsync])
        {
            // The machine's clock goes on by itself.
            if (TimeProvider.System.GetUtcNow() - _remote.Server.Clock.GetUtcNow() is { Ticks: > 0 } behind)
                _remote.Server.Clock.Advance(behind);
            await part();
        }


        Assert.True(_differing.Count == 0, string.Join("\n\n", _differing));
        Assert.Empty(Remote.Except(_walked).Except(["import openiddict", "import duende", "settings"])); // which read another product's database, and then go on as Keycloak's; what is set is each one's own
    }

    private async Task ClientsAndApisAsync()
    {
        await SameAsync("resources create --identifier https://{n}.example --name Api --scope a.read");
        await SameAsync("resources update https://{n}.example --name Apis --revocation introspection");
        await SameAsync("resources show https://{n}.example");
        await SameAsync("resources metadata https://{n}.example");
        await SameAsync("resources list");
        await SameAsync($"authorization-details-types create --file {File("type", """{"type":"pay-{n}","schema":{"title":"Make a payment","type":"object","additionalProperties":false,"properties":{"amount":{"title":"Amount","type":"integer"}}}}""")}");
        await SameAsync("authorization-details-types show pay-{n}");
        await SameAsync("authorization-details-types list");
        await SameAsync("authorization-details-types delete pay-{n}");
        await SameAsync("clients create --client-id shop-{n} --name Shop --redirect-uri https://{n}.example/cb --scope openid");
        await SameAsync("clients update shop-{n} --name Shops --redirect-uri https://{n}.example/cb2");
        await SameAsync("clients show shop-{n}");
        await SameAsync("clients list");
        await SameAsync("clients secrets shop-{n}");
        await SameAsync("clients rotate-secret shop-{n} --keep-old 2h");
        var secrets = new Dictionary<string, string>();
        foreach (var name in new[] { One, Two })
            secrets[name] = (string)JsonNode.Parse((await _remote.AtTheMachineAsync($"clients secrets shop-{name}")).Result)![0]!["secret_id"]!;
        await SameAsync("clients end-secret shop-{n} {p}", name => secrets[name]);
        await SameAsync("clients snippet shop-{n} --for node");
        await SameAsync("clients export shop-{n}");
        await SameAsync("clients export --all");
        await SameAsync("clients delete https://{n}.example/client.json");
        await SameAsync("clients denied");
        await SameAsync("clients allow https://{n}.example/client.json");
        await SameAsync("search shop");
        await SameAsync("registration-policies create --name Partners-{n} --scope openid --max-clients 3 --expires-in 30d");
        await SameAsync("registration-policies list");
        var policies = JsonNode.Parse((await _remote.AtTheMachineAsync("registration-policies list")).Result)!.AsArray().ToDictionary(policy => (string)policy!["name"]!, policy => (string)policy!["policy_id"]!);
        await SameAsync("registration-policies show {p}", name => policies[$"Partners-{name}"]);
        await SameAsync("registration-policies revoke {p}", name => policies[$"Partners-{name}"]);
    }

    private async Task PeopleAsync()
    {
        await SameAsync("roles create staff-{n} --require-mfa");
        await SameAsync("roles update staff-{n} --no-require-mfa");
        await SameAsync("roles list");
        await SameAsync("groups create sales-{n} --role staff-{n}");
        await SameAsync("groups grant-role sales-{n} seller");
        await SameAsync("groups revoke-role sales-{n} seller");
        await SameAsync($"users create --username bob-{{n}} --password violet-otter-piano-7 --claims {File("claims", """{"name":"Bob","email":"bob-{n}@example.com"}""")}");
        await SameAsync($"users update bob-{{n}} --claims {File("change", """{"nickname":"B"}""")}");
        await SameAsync("users history bob-{n}"); // one thing yet: what happens at one moment stands in no order
        await SameAsync("users grant-role bob-{n} staff-{n}");
        await SameAsync("users revoke-role bob-{n} staff-{n}");
        await SameAsync("users add-to-group bob-{n} sales-{n}");
        await SameAsync("groups show sales-{n}");
        await SameAsync("groups show sales-{n} --members");
        await SameAsync("groups list");
        await SameAsync("users show bob-{n}");
        await SameAsync("users list");
        await SameAsync("users remove-from-group bob-{n} sales-{n}");
        await SameAsync("users set-password bob-{n} --password amber-walrus-tuba-9");
        await SameAsync("users reset-second-factors bob-{n}");
        await SameAsync("users disable bob-{n}");
        await SameAsync("users enable bob-{n}");
        await SameAsync("users invite --email carol-{n}@example.com --role staff-{n}");
        await SameAsync("sessions list --user bob-{n}");
        await SameAsync("sessions end --user bob-{n}");
    }

    private async Task FederationAsync()
    {
        await SameAsync("upstreams create --name work-{n} --issuer https://login.{n}.example --client-id us --client-secret s3cret --label Work --create always");
        await SameAsync("upstreams update work-{n} --label Works --email-domain {n}.example");
        await SameAsync("upstreams show work-{n}");
        await SameAsync("upstreams list");
        await SameAsync("users link bob-{n} https://login.{n}.example 42");
        await SameAsync("users unlink bob-{n} https://login.{n}.example 42");
        await SameAsync("upstreams delete work-{n}");
        await SameAsync("issuers create --issuer https://{n}.example/ci --jwks-uri https://{n}.example/jwks --client shop-{n} --username-claim email --scope a.read");
        await SameAsync("issuers show https://{n}.example/ci");
        await SameAsync("issuers list");
        await SameAsync("issuers delete https://{n}.example/ci");
        await SameAsync("users delete bob-{n}");
        await SameAsync("groups delete sales-{n}");
        await SameAsync("roles delete staff-{n}");
    }

    private async Task OperatingAsync()
    {
        await SameAsync("keys list");
        await SameAsync("keys rotate");
        var kids = JsonNode.Parse((await _remote.AtTheMachineAsync("keys list")).Result)!.AsArray().OrderBy(key => (string?)key!["state"] == "announced" ? 0 : 1).Select(key => (string)key!["kid"]!).ToList();
        await SameAsync("keys revoke {p}", name => kids[name == One ? 0 : ^1]);

        var streams = new Dictionary<string, string>();
        foreach (var name in new[] { One, Two })
        {
            var stream = new SignalStream { StreamId = _remote.Server.Get<Entropy>().NewId(), ClientId = $"shop-{name}", EventsRequested = [], Delivered = [], CreatedAt = _remote.Server.Clock.GetUtcNow() };
            Assert.Equal(StreamAddition.Added, await Streams.AddAsync(stream, null, Cancellation));
            streams[name] = stream.StreamId.ToString("N");
        }

        await SameAsync("signals streams list");
        await SameAsync("signals streams list --client shop-{n}");
        await SameAsync("signals streams show {p}", name => streams[name]);
        await SameAsync("signals streams set-status {p} paused --reason Later", name => streams[name]);
        await SameAsync("signals streams delete {p}", name => streams[name]);

        await GivenAsync();
        foreach (var (at, client) in new[] { One, Two, One, Two }.Index())
        {
            await ClusterFolder.ExecuteAsync(_remote.Server.ConnectionString, $"""
                INSERT INTO "OutboxMessages" ("Kind", "ClientId", "UserId", "SessionId", "CreatedAt", "ExpiresAt", "Attempts", "NextAttemptAt", "LastError", "GivenUpAt")
                VALUES ('BackChannelLogout', 'shop-{client}', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000{at}', now(), now(), 7, NULL, 'answered 500', now())
                """);
        }

        // Those alone that nobody sends meanwhile.
        await SameAsync("outbox list --state given_up");
        var messages = JsonNode.Parse((await _remote.AtTheMachineAsync("outbox list --state given_up")).Result)!.AsArray().Select(message => (long)message!["id"]!).ToList();
        await SameAsync("outbox retry {p}", name => $"{messages[name == One ? 0 : 1]}");
        await SameAsync("outbox discard {p}", name => $"{messages[name == One ? 2 : 3]}");

        await SameAsync("clients create --client-id robot-{n} --grant client_credentials --auth-method client_secret_post --resource https://{n}.example --scope a.read");
        await TokensAsync();
        await SameAsync("audit list --action client.created --action client.changed");
        await SameAsync("audit list --area clients --from 2020-01-01");
        await SameAsync("audit export --action client.created");
        var line = (string)JsonNode.Parse((await _remote.AtTheMachineAsync("audit list --limit 1")).Result)![0]!["id"]!;
        await SameAsync($"audit show {line}");
        await SameAsync("audit verify");
    }

    /// <summary>What clients have of people.</summary>
    private async Task GivenAsync()
    {
        var (families, now) = (new Dictionary<string, string>(), _remote.Server.Clock.GetUtcNow());
        foreach (var name in new[] { One, Two })
        {
            var person = Guid.Parse((string)JsonNode.Parse((await _remote.AtTheMachineAsync($"users create --username eve-{name} --password violet-otter-piano-7")).Result)!["sub"]!);
            var family = Given.Family(Given.Session() with { UserId = person }) with { FamilyId = _remote.Server.Get<Entropy>().NewId(), ClientId = $"shop-{name}", SessionId = null, CreatedAt = now, RotatedAt = now, AuthTime = now, ExpiresAt = now + TokenFamily.Lifetime };
            Assert.True(await _remote.Server.Get<TokenFamilies>().AddAsync(family, toldRoleChanges: null, Cancellation));
            await _remote.Server.Get<Grants>().PutAsync(new() { UserId = person, ClientId = $"shop-{name}", Scope = family.Scope, UpdatedAt = now }, Cancellation);
            families[name] = family.FamilyId.ToString("D");
        }

        await SameAsync("families list --user eve-{n}");
        await SameAsync("families show {p}", name => families[name]);
        await SameAsync("families end {p}", name => families[name]);
        await SameAsync("grants list --user eve-{n}");
        await SameAsync("grants revoke shop-{n} --user eve-{n}");
    }

    private async Task TokensAsync()
    {
        var robot = JsonNode.Parse((await _remote.AtTheMachineAsync("clients rotate-secret robot-one --revoke-old")).Result)!;
        await _remote.AtTheMachineAsync("resources update https://one.example --revocation status_list");
        var (first, second) = (await TokenAsync(robot), await TokenAsync(robot));
        await SameAsync("tokens inspect {p}", name => name == One ? first : second);
        await SameAsync("tokens revoke {p}", name => name == One ? first : second);
        await SameAsync("tokens inspect {p}", name => name == One ? first : second);
        await SameAsync("tokens revoke --client robot-{n}");
        await SameAsync("users create --username dan-{n} --password violet-otter-piano-7");
        await SameAsync("tokens revoke --user dan-{n} --client robot-one");
        await SameAsync("clients delete robot-{n}");
    }

    private async Task DocumentsAsync()
    {
        var document = File("idp", """{"format":1,"roles":[{"role":"coded-{n}"}],"clients":[{"client_id":"coded-{n}","redirect_uris":["https://{n}.example/cb"]}]}""");
        await SameAsync($"apply --file {document} --dry-run");
        await SameAsync($"apply --file {document} --yes");
        await SameAsync($"apply --file {document} --yes");
        await SameAsync($"clients import --file {File("more", """{"format":1,"clients":[{"client_id":"coded-{n}","client_name":"Coded","redirect_uris":["https://{n}.example/cb"]}]}""")}");
        var realm = File("realm", """
            {"realm":"acme-{n}","roles":{"realm":[{"name":"brought-{n}"},{"name":"Admin"}]},"groups":[{"name":"movers-{n}","path":"/movers-{n}","realmRoles":["brought-{n}"]}],
             "clients":[{"clientId":"moved-{n}","redirectUris":["https://{n}.example/cb","https://{n}.example/*"],"attributes":{"pkce.code.challenge.method":"S256"},"secret":"old secret of theirs"}],
             "users":[{"username":"erin-{n}","email":"erin-{n}@example.com","realmRoles":["brought-{n}","Admin"],"groups":["/movers-{n}"],
                       "federatedIdentities":[{"identityProvider":"other","userId":"42"}]}]}
            """);
        await SameAsync($"import keycloak --file {realm} --dry-run");
        await SameAsync($"import keycloak --file {realm} --keep-secrets 30d --yes");
        await SameAsync($"import keycloak --file {realm} --yes");
        Assert.Equal("2 2", await ClusterFolder.AskAsync(
            _remote.Server.ConnectionString, """SELECT concat_ws(' ', (SELECT count(*) FROM "Users" WHERE "UserName" LIKE 'erin-%'), (SELECT count(*) FROM "ClientSecrets" WHERE "ClientId" LIKE 'moved-%' AND "ExpiresAt" IS NOT NULL))"""));
        await SameAsync("resources delete https://{n}.example");
    }

    /// <summary>Runs a line at the machine for the one, at the server for the two, and compares what both say.</summary>
    /// <param name="line">The line; <c>{n}</c> is the name of the one or the other.</param>
    /// <param name="part">What <c>{p}</c> is, by that name.</param>
    private async Task SameAsync(string line, Func<string, string>? part = null)
    {
        _walked.Add(string.Join(' ', Root.PathOf(Root.Read(line).CommandResult.Command)));
        var (here, there) = (await _remote.AtTheMachineAsync(Of(One)), await _remote.AskAsync(Of(Two)));
        var (one, two) = (Masked(here.Result), Masked(there.Result));
        var isSame = line.StartsWith("audit export", StringComparison.Ordinal) || one.Length == 0 || two.Length == 0 ? one == two : JsonNode.DeepEquals(JsonNode.Parse(one), JsonNode.Parse(two));
        var isRemarkedAlike = Masked(here.Remarks).Trim() == Masked(there.Remarks).Trim() || line == "audit verify"; // lines get their numbers meanwhile
        var isDone = here.Code == there.Code && (here.Code == 0 || line.StartsWith("users invite", StringComparison.Ordinal)); // for which a setting must be on
        if (!isDone || !isSame || !isRemarkedAlike)
            _differing.Add($"{line}\n{here.Code} {one} {here.Remarks}\n{there.Code} {two} {there.Remarks}");

        string Of(string name) => line.Replace("{n}", name, StringComparison.Ordinal).Replace("{p}", part?.Invoke(name), StringComparison.Ordinal);
    }

    // What is made is new each time: secrets, identifiers, moments.
    private static string Masked(string text) => Made().Replace(Renamed().Replace(text, One), made => made.Value switch
    {
        _ when made.Groups["numbered"].Success => "\"…\"",
        ['"', ..] => "\"…\"",
        var value when value.All(char.IsAsciiDigit) => "0",
        _ => "…",
    });

    // One for each of the two, told apart by the option's value alone.
    private string File(string name, string text)
    {
        foreach (var of in new[] { One, Two })
            System.IO.File.WriteAllText(Path.Combine(_folder.FullName, $"{name}-{of}.json"), text.Replace("{n}", of, StringComparison.Ordinal));
        return Path.Combine(_folder.FullName, $"{name}-{{n}}.json");
    }

    private async Task<string> TokenAsync(JsonNode robot)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = GrantTypes.ClientCredentials, ["client_id"] = (string)robot["client_id"]!, ["client_secret"] = (string)robot["client_secret"]!, ["scope"] = "a.read",
        });
        using var response = await _remote.Http.PostAsync($"{TestServer.Issuer}/token", form, Cancellation);
        var answer = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.IsSuccessStatusCode, answer);
        return (string)JsonNode.Parse(answer)!["access_token"]!;
    }

    private static IEnumerable<Command> Everything(Command command) => [command, .. command.Subcommands.SelectMany(Everything)];

    [GeneratedRegex("""(?<=[-/."])two(?=[\s./"\\@,:]|$)""")]
    private static partial Regex Renamed();

    // Moments, UUIDs, secrets and hashes, a kid, a jti, a moment in seconds or microseconds, the number of a message.
    [GeneratedRegex("""(?<numbered>(?<="(sequence|hash|rows|waiting|last)": ?)("[^"]*"|\d+|null))|\d{4}-\d\d-\d\dT[0-9:.]+(Z|\+00:00)|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{16,}\b|[A-Za-z0-9_-]{43}|(?<="(kid|jti|id|status|next_attempt_at|expires_at|client_secret_expires_at)": ?)("[^"]*"|\d+)|\b1\d{9,}\b""")]
    private static partial Regex Made();
}
