using System.Diagnostics;
using IdentityProvider.Server.Database;

namespace IdentityProvider.Server.Tests.Database;

/// <summary>Another process that uses the cluster, as a server or a command (tests/EmbeddedPostgresHost). It lives until it is ended or killed.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private static readonly string Host = Path.Combine(AppContext.BaseDirectory, "EmbeddedPostgresHost.dll");

    private readonly Process _process;

    private HostProcess(Process process, string said)
    {
        _process = process;
        Said = said;
    }

    /// <summary>Its one line: the connection string, or "error: …".</summary>
    public string Said { get; }

    public int Id => _process.Id;

    /// <summary>Starts it, as <paramref name="account"/> when one is given, and waits for its line.</summary>
    public static async Task<HostProcess> StartAsync(string directory, ClusterUser user, UnprivilegedAccount? account = null, string? host = null)
    {
        string[] command = [Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet", host ?? Host, directory, user.ToString()];
        var words = account is null ? command : account.Run(command).ToArray();
        var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        if (account is not null)
            start.Environment["HOME"] = "/nonexistent";
        var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        return new(process, said ?? "nothing");
    }

    public async Task EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await EndAsync();
        _process.Dispose();
    }
}
