using IdentityProvider.Server.Database;
using IdentityProvider.Server.Tests.Database;

namespace IdentityProvider.Server.Tests.Commands;

/// <summary>A server and commands beside it, on one embedded database.</summary>
public sealed class ServeTests(ClusterTemplate template)
{
    [Fact]
    public async Task A_command_attaches_to_the_database_that_a_server_runs_and_starts_it_when_none_does()
    {
        await using var folder = await template.CopyAsync();
        using var idp = CommandLine.Embedded(folder.Path);
        using var server = idp.Start(["serve"]);
        var log = new List<string>();
        while (!log.Any(line => line.Contains("Serving", StringComparison.Ordinal)))
            log.Add(await server.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException(string.Join('\n', log)));

        await idp.DoneAsync(["clients", "create", "--client-id", "app", "--redirect-uri", "https://app.example/cb"]);
        Assert.False(server.HasExited);

        await ShortProcess.RunAsync(["kill", "-TERM", $"{server.Id}"], TestContext.Current.CancellationToken);
        await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, server.ExitCode);
        Assert.Null(folder.Postmaster);

        Assert.Equal("app", Assert.Single((await idp.DoneAsync(["clients", "list"])).AsArray())!["client_id"]!.GetValue<string>());
        Assert.Null(folder.Postmaster);
    }
}
