using System.Net;
using System.Text;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Tests.Commands;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Endpoints;
using IdentityProvider.Server.Tests.Http;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Audit;

/// <summary>What is written, what never is, and what strangers can make it write.</summary>
public sealed class AuditTrailTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_secret_that_a_command_or_a_client_ever_saw_is_in_a_row()
    {
        await using var server = await TestServer.StartAsync();
        using var idp = CommandLine.On(server.ConnectionString);
        const string first = "seven lanterns over quiet harbours", second = "a lighthouse keeper's own tune";
        var secrets = new List<string> { first, second, "nickname-of-hers", "ada@example.com" };
        var created = await idp.DoneAsync(
            ["clients", "create", "--file", "-"], """{"client_name":"Shop","redirect_uris":["https://shop.example/cb"],"grant_types":["authorization_code","client_credentials"]}""");
        var clientId = created["client_id"]!.GetValue<string>();
        secrets.Add(created["client_secret"]!.GetValue<string>());
        secrets.Add((await idp.DoneAsync(["clients", "rotate-secret", clientId]))["client_secret"]!.GetValue<string>());
        await idp.DoneAsync(["users", "create", "--username", "ada", "--password", first, "--claims", "-"], """{"nickname":"nickname-of-hers","email":"ada@example.com"}""");
        await idp.DoneAsync(["users", "set-password", "ada", "--password", second]);
        using var browser = new Browser(server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), "ada", first);
        await browser.SignInAsync(await browser.OpenAsync("/login"), "ada", second);
        secrets.Add(browser.SetCookies["idp-session"].Split(';')[0].Split('=', 2)[1]);
        await server.AuditAsync();

        var rows = await ClusterFolder.AskAsync(server.ConnectionString, """SELECT string_agg(a::text, '|') FROM "AuditEvents" a""");
        Assert.Contains("session.began", rows, StringComparison.Ordinal);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, rows, StringComparison.Ordinal));
        Assert.All(secrets, secret => Assert.DoesNotContain(Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.ASCII.GetBytes(secret))), rows, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tokens_are_counted_by_client_and_grant_and_written_when_their_minute_is_over()
    {
        await using var server = await SignedIn.StartAsync();
        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/token", SignedIn.Machine, ("grant_type", "client_credentials"))).Status);
        await server.TokensAsync(SignedIn.App);
        var chaining = server.Server.Get<AuditChaining>();
        await chaining.WriteAsync(alsoOpen: false, Cancellation);
        Assert.DoesNotContain(await server.Server.WrittenAuditAsync(), line => line.Action == "tokens.issued");

        var minute = server.Server.Clock.GetUtcNow();
        server.Server.Clock.Advance(AuditTally.Window);
        await server.PostAsync("/token", SignedIn.Machine, ("grant_type", "client_credentials"));
        await chaining.WriteAsync(alsoOpen: false, Cancellation);
        var lines = (await server.Server.WrittenAuditAsync()).Where(line => line.Action == "tokens.issued").ToList();
        Assert.Equal(
            ["app 1 {\"grant_type\":\"authorization_code\"}", "machine 4 {\"grant_type\":\"client_credentials\"}"],
            lines.Select(line => $"{line.Target.Id} {line.Count} {line.Detail}").Order(StringComparer.Ordinal));
        Assert.All(lines, line => Assert.Equal(minute, line.At));
    }

    [Fact]
    public async Task A_refresh_token_that_is_used_again_is_told_with_who_did_it_from_where()
    {
        await using var server = await SignedIn.StartAsync();
        var tokens = await server.TokensAsync(SignedIn.Spa, "openid offline_access notes.read");
        var next = await server.RefreshAsync(SignedIn.Spa, tokens.RefreshToken);
        await server.RefreshAsync(SignedIn.Spa, next.RefreshToken);
        server.Server.Clock.Advance(TimeSpan.FromMinutes(2));
        await server.RefreshAsync(SignedIn.Spa, tokens.RefreshToken);

        var ended = Assert.Single(await server.Server.AuditAsync(AuditAction.FamilyEnded));
        Assert.Equal((AuditActorKind.Client, "spa", "127.0.0.1", "family"), (ended.Actor.Kind, ended.Actor.Name, ended.Address, ended.Target.Kind));
        Assert.Equal("""{"reason":"RefreshTokenReused","client_id":"spa"}""", ended.Detail);
    }

    [Fact]
    public async Task However_many_names_a_stranger_makes_up_the_lines_of_a_minute_are_few()
    {
        await using var server = await TestServer.StartAsync();
        var tally = server.Get<AuditTally>();
        for (var i = 0; i < 5000; i++)
            tally.Count(AuditAction.SignInFailed, Actor.Anonymous.By(new SignIn.Origin($"192.0.2.{i}", null)), AuditTarget.NoUser);
        tally.Count(AuditAction.ClientRefused, Actor.Anonymous, AuditTarget.NoClient, ("reason", "x"));

        var failed = await server.AuditAsync(AuditAction.SignInFailed);
        Assert.Equal(AuditTally.MostOfStrangers + 1, failed.Count);
        Assert.Equal(5000, failed.Sum(line => line.Count));
        Assert.Equal("""{"lines":"rest"}""", failed.MaxBy(line => line.Count)!.Detail);
        Assert.Single(await server.AuditAsync(AuditAction.ClientRefused));

        // The next minute has room again.
        tally.Count(AuditAction.SignInFailed, Actor.Anonymous.By(new SignIn.Origin("198.51.100.1", null)), AuditTarget.NoUser);
        Assert.Contains(await server.AuditAsync(AuditAction.SignInFailed), line => line.Address == "198.51.100.1");
    }

    [Fact]
    public async Task None_is_lost_of_what_is_counted_while_it_is_written()
    {
        await using var server = await TestServer.StartAsync();
        var tally = server.Get<AuditTally>();
        var counting = Enumerable.Range(0, 4).Select(_ => Task.Run(
            () =>
            {
                for (var i = 0; i < 20_000; i++)
                    tally.Count(AuditAction.TokensIssued, Actor.Client("machine"), AuditTarget.Client("machine"));
            },
            Cancellation)).ToList();
        while (counting.Exists(task => !task.IsCompleted))
            await tally.WriteAsync(alsoOpen: true, Cancellation);
        await Task.WhenAll(counting);
        Assert.Equal(80_000, (await server.AuditAsync(AuditAction.TokensIssued)).Sum(line => line.Count));
    }

    [Fact]
    public async Task What_is_counted_is_written_when_the_server_stops_and_two_nodes_write_one_chain()
    {
        var server = await TestServer.StartAsync();
        await using var other = await TestServer.StartAsync(beside: server);
        server.Get<AuditTally>().Count(AuditAction.TokensIssued, Actor.Client("machine"), AuditTarget.Client("machine"));
        other.Get<AuditTally>().Count(AuditAction.TokensIssued, Actor.Client("machine"), AuditTarget.Client("machine"));
        await server.DisposeAsync();
        Assert.Equal(2, (await other.AuditAsync(AuditAction.TokensIssued)).Count);
        var proof = await other.Get<AuditProof>().VerifyAsync(null, _ => { }, Cancellation);
        Assert.Equal((null, 0, 2L), (proof.Fault, proof.Waiting, proof.Rows));
    }

    [Fact]
    public async Task Every_line_goes_out_to_the_collector_with_its_place_and_the_log_beside_it()
    {
        await using var collector = await Listener.StartAsync();
        var bodies = new List<string>();
        collector.AnswerAsync = async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            lock (bodies)
                bodies.Add(Encoding.Latin1.GetString(body.ToArray()));
        };
        var server = await TestServer.StartAsync(change: s => s with { Telemetry = new() { OtlpEndpoint = collector.Address.ToString() } });
        var username = await server.AddPersonAsync();
        using (var browser = new Browser(server))
            await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        await server.AuditAsync();
        var hash = (await server.Get<AuditLedger>().FindHeadAsync(Cancellation)).Head.Hash;
        await server.DisposeAsync();

        Assert.Contains(collector.Requests, request => request.Path == "/v1/logs");
        var sent = string.Concat(bodies);
        Assert.Contains(AuditStream.Category, sent, StringComparison.Ordinal);
        Assert.Contains("session.began", sent, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexStringLower(hash), sent, StringComparison.Ordinal);
        Assert.Contains("signed in", sent, StringComparison.Ordinal);
        Assert.DoesNotContain(Person.Password, sent, StringComparison.Ordinal);
        Assert.DoesNotContain("code_challenge", sent, StringComparison.Ordinal);
    }
}
