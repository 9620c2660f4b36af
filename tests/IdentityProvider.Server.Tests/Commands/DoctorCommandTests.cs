using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Tests.Database;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace IdentityProvider.Server.Tests.Commands;

/// <summary><c>idp doctor</c>, by the real executable.</summary>
public sealed class DoctorCommandTests
{
    [Fact]
    public async Task A_healthy_installation_has_no_problem_as_partners_reach_it()
    {
        var address = $"http://localhost:{FreePort()}";
        using var idp = CommandLine.On(await TestCluster.NewDatabaseAsync()).With("Idp__Issuer", address).With("ASPNETCORE_URLS", address);
        using var server = idp.Start(["serve"]);
        try
        {
            await ServingAsync(server, address);

            var findings = (await idp.DoneAsync(["doctor"])).AsArray();

            Assert.DoesNotContain("problem", findings.Select(Is));
            foreach (var check in new[] { "database", "clock", "keys", "master key", "outbox", "clients", "issuer", "jwks" })
                Assert.Equal("fine", Is(findings.First(finding => Check(finding) == check)));
        }
        finally
        {
            server.Kill();
        }
    }

    [Fact]
    public async Task What_is_wrong_is_named_with_what_to_do_and_the_exit_code_says_so()
    {
        var database = await TestCluster.NewDatabaseAsync();
        using var idp = CommandLine.On(database).With("Idp__Issuer", $"http://localhost:{FreePort()}").With("Idp__Throttling__Enabled", "false");
        await idp.DoneAsync(["clients", "create", "--file", "-"], """{"client_id":"weak","redirect_uris":["https://app.example/cb"],"require_pkce":false}""");
        await ClusterFolder.ExecuteAsync(database, """
            INSERT INTO "OutboxMessages" ("Kind", "ClientId", "UserId", "SessionId", "CreatedAt", "ExpiresAt", "Attempts", "NextAttemptAt")
            VALUES ('BackChannelLogout', 'weak', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002', now() - interval '1 hour', now() + interval '1 hour', 7, now())
            """);

        var run = await idp.RunAsync(["doctor", "--json"]);

        var findings = run.Json.AsArray();
        Assert.Equal((1, "3 problems"), (run.ExitCode, run.StandardError.Trim()));
        Assert.Equal(["settings", "outbox", "issuer"], findings.Where(finding => Is(finding) == "problem").Select(Check));
        Assert.All(findings.Where(finding => Is(finding) != "fine"), finding => Assert.NotEmpty(finding!["do"]!.GetValue<string>()));
        Assert.Contains("weak: require_pkce", findings.Single(finding => Check(finding) == "clients")!["found"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schema_that_is_old_is_told_of_and_left_alone()
    {
        using var idp = CommandLine.On(await TestCluster.NewEmptyDatabaseAsync()).With("Idp__Issuer", $"http://localhost:{FreePort()}");

        for (var times = 0; times < 2; times++)
            Assert.Contains("migrations", (await idp.RunAsync(["doctor", "--json"])).Json.AsArray().Where(finding => Is(finding) == "problem").Select(Check));
    }

    [Fact]
    public async Task A_database_that_is_not_there_and_another_server_at_the_issuers_address_are_told_of()
    {
        var port = FreePort();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://localhost:{port}");
        await using var stranger = builder.Build();
        stranger.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = "https://somebody.example" }));
        await stranger.StartAsync(TestContext.Current.CancellationToken);
        using var idp = CommandLine.On($"Host=127.0.0.1;Port={FreePort()};Database=none;Username=none;Timeout=2").With("Idp__Issuer", $"http://localhost:{port}");

        var findings = (await idp.RunAsync(["doctor", "--json"])).Json.AsArray();

        Assert.Equal(["database", "issuer"], findings.Where(finding => Is(finding) == "problem").Select(Check));
    }

    private static string Check(JsonNode? finding) => finding!["check"]!.GetValue<string>();

    private static string Is(JsonNode? finding) => finding!["is"]!.GetValue<string>();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // It says that it serves just before it listens.
    private static async Task ServingAsync(Process server, string address)
    {
        var log = new List<string>();
        while (!log.Any(line => line.Contains("Serving", StringComparison.Ordinal)))
            log.Add(await server.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException(string.Join('\n', log)));
        using var http = new HttpClient();
        while (!await AnswersAsync(http, address))
            Assert.False(server.HasExited);
    }

    private static async Task<bool> AnswersAsync(HttpClient http, string address)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(address + "/health/ready"), TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
