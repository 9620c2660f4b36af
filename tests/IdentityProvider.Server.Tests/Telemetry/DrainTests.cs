using System.Net;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Database;
using IdentityProvider.Server.Tests.Commands;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Http;
using IdentityProvider.Server.Tests.Status;
using Microsoft.Extensions.Hosting;

namespace IdentityProvider.Server.Tests.Telemetry;

/// <summary>A node that is told to stop says so, serves on while others learn of it, finishes what is under way, and is gone.</summary>
public sealed class DrainTests
{
    private const string Body = "grant_type=client_credentials&client_id=nobody&client_secret=none";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_first_says_that_it_is_not_ready_and_serves_on_then_finishes_what_is_under_way()
    {
        await using var server = await TestServer.StartAsync(change: settings => settings with { Shutdown = new() { Notice = TimeSpan.FromSeconds(5), Grace = TimeSpan.FromMinutes(1) } });
        await using var listener = await EventReader.ConnectAsync(server);
        await listener.NextAsync("heartbeat");
        using var underWay = await RawConnection.OpenRequestAsync(server.Address, Body);
        var (status, text) = await ReadyAsync(server.Address);
        Assert.Equal((HttpStatusCode.OK, "ready"), (status, text));

        // Told to stop: not ready, and yet everything is answered, on new connections too.
        var stopping = server.Get<IHost>().StopAsync(Cancellation);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "not ready: draining"), await ReadyAsync(server.Address));
        using (var http = server.NewBrowser())
        using (var answer = await http.GetAsync("/.well-known/jwks.json", Cancellation))
            Assert.Equal((HttpStatusCode.OK, true), (answer.StatusCode, answer.Headers.ConnectionClose));

        // The notice is over: streams end, nothing new is taken, and what was under way is still answered.
        var drain = server.Get<Drain>();
        await Eventually.TrueAsync(
            () =>
            {
                server.Clock.Advance(TimeSpan.FromSeconds(1));
                return drain.Over.IsCancellationRequested;
            },
            "the notice ends");
        await listener.EndAsync();
        await Eventually.TrueAsync(async () => !await AnswersAsync(server.Address), "nobody listens any more");
        Assert.False(stopping.IsCompleted);
        await underWay.SendAsync(Body);
        Assert.Contains("invalid_client", await underWay.ReadToEndAsync(), StringComparison.Ordinal);
        await stopping;
    }

    [Fact]
    public async Task The_process_does_so_at_SIGTERM_and_ends_with_0()
    {
        using var idp = CommandLine.On(await TestCluster.NewDatabaseAsync())
            .With("Idp__Shutdown__Notice", "00:00:10").With("Serilog__MinimumLevel__Override__Microsoft.Hosting.Lifetime", "Information");
        using var server = idp.Start(["serve"]);
        var address = await ListeningAsync(server);
        using var underWay = await RawConnection.OpenRequestAsync(address, Body);

        await ShortProcess.RunAsync(["kill", "-TERM", $"{server.Id}"], Cancellation);
        await Eventually.TrueAsync(async () => (await ReadyAsync(address)).Status == HttpStatusCode.ServiceUnavailable, "it says that it drains");
        await underWay.SendAsync(Body);
        Assert.Contains("invalid_client", await underWay.ReadToEndAsync(), StringComparison.Ordinal);
        var rest = server.StandardError.ReadToEndAsync(Cancellation);
        await server.WaitForExitAsync(Cancellation);
        Assert.Equal(0, server.ExitCode);
        Assert.DoesNotContain("ERR", await rest, StringComparison.Ordinal);
    }

    private static async Task<Uri> ListeningAsync(System.Diagnostics.Process server)
    {
        const string Said = "Now listening on: ";
        while (await server.StandardError.ReadLineAsync(Cancellation) is { } line)
        {
            if (line.IndexOf(Said, StringComparison.Ordinal) is >= 0 and var at)
                return new Uri(line[(at + Said.Length)..].Trim());
        }

        throw new InvalidOperationException("The server ended.");
    }

    private static async Task<(HttpStatusCode Status, string Text)> ReadyAsync(Uri server)
    {
        using var http = new HttpClient { BaseAddress = server };
        using var answer = await http.GetAsync("/health/ready", Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static async Task<bool> AnswersAsync(Uri server)
    {
        try
        {
            await ReadyAsync(server);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
