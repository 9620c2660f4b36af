using System.Diagnostics;
using IdentityProvider.Server.Database;

namespace IdentityProvider.Server.Tests.Database;

/// <summary>A folder of the account that PostgreSQL runs as, and programs that run as it: PgBouncer, a replica. They end with it.</summary>
internal sealed class AccountFolder : IAsyncDisposable
{
    private readonly List<Process> _running = [];

    private AccountFolder(string path) => Path = path;

    public string Path { get; }

    public static async Task<AccountFolder> MakeAsync() => new(await RunAsync("mktemp", "--directory", "/tmp/idp-beside-XXXXXX"));

    /// <summary>A program to its end; what it said.</summary>
    public static async Task<string> RunAsync(params string[] command)
    {
        var ran = await ShortProcess.RunAsync(AsAccount(command), TestContext.Current.CancellationToken);
        Assert.True(ran.ExitCode == 0, $"{command[0]}: {ran.Error}");
        return ran.Output;
    }

    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A file that the account may read.</summary>
    public async Task<string> WriteAsync(string name, string text)
    {
        await File.WriteAllTextAsync(In(name), text, TestContext.Current.CancellationToken);
        ClusterFolder.SetMode(In(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return In(name);
    }

    /// <summary>A program that runs until the folder's end, or until it is killed.</summary>
    public Process Start(params string[] command)
    {
        var start = ShortProcess.StartInfo(["/bin/sh", "-c", "exec \"$@\" </dev/null >>\"$0\" 2>&1", In("log"), .. AsAccount(command)]);
        var process = ShortProcess.Start(start);
        _running.Add(process);
        return process;
    }

    /// <summary>Where PostgreSQL's own programs lie.</summary>
    public static string PostgresProgram(string name) =>
        PostgresBinaries.UsualDirectories().Select(directory => System.IO.Path.Combine(directory, name)).First(File.Exists);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _running)
        {
            if (!process.HasExited)
                await ShortProcess.RunAsync(["kill", "-INT", $"{process.Id}"], CancellationToken.None);
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }

        _running.Clear();
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }

    private static IEnumerable<string> AsAccount(IEnumerable<string> command) => UnprivilegedAccount.ForThisProcess()?.Run(command) ?? command;
}
