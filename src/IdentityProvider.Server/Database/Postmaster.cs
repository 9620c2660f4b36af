using System.Diagnostics;
using System.Globalization;

namespace IdentityProvider.Server.Database;

/// <summary>A PostgreSQL server process that is alive, as it describes itself in its data directory's <c>postmaster.pid</c>.</summary>
internal sealed record Postmaster(int ProcessId, string DataDirectory, string SocketDirectory, bool IsReady)
{
    private static readonly TimeSpan StopInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>The one that runs on <paramref name="data"/>, or null. A file that a dead one left behind counts as none.</summary>
    public static Postmaster? Find(string data)
    {
        try
        {
            // Process id, data directory, start time, port, socket directory, address, shared memory, state.
            var lines = File.ReadAllLines(Path.Combine(data, "postmaster.pid"));
            if (lines.Length < 2 || !int.TryParse(lines[0], CultureInfo.InvariantCulture, out var processId))
                return null;
            var found = new Postmaster(processId, lines[1], lines.ElementAtOrDefault(4) ?? "", lines.ElementAtOrDefault(7)?.Trim() == "ready");
            return found.IsAlive ? found : null;
        }
        catch (IOException error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether the process lives and is a PostgreSQL of this directory: after a crash of the machine or a container, the number may be another
    /// program's. A process that has ended and waits to be reaped has no command line.
    /// </summary>
    public bool IsAlive
    {
        get
        {
            try
            {
                if (OperatingSystem.IsLinux())
                    return File.ReadAllText($"/proc/{ProcessId}/cmdline").Split('\0').Contains(DataDirectory);
                using var process = Process.GetProcessById(ProcessId);
                return !process.HasExited && process.ProcessName == "postgres";
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
            {
                return false;
            }
        }
    }

    /// <summary>
    /// Removes the lock files (<c>postmaster.pid</c>, the socket's) of a PostgreSQL that is dead, when its number now belongs to some other program or
    /// to its own unreaped remains: a new PostgreSQL would take that for a rival and not start.
    /// </summary>
    public static void ForgetMistaken(string data, string socketDirectory)
    {
        if (Find(data) is not null)
            return;
        foreach (var file in new[] { Path.Combine(data, "postmaster.pid"), Path.Combine(socketDirectory, ".s.PGSQL.5432.lock") })
        {
            // A number that nobody has, PostgreSQL sees through by itself, and by what the file says checks that nothing of its predecessor still runs.
            if (File.Exists(file) && int.TryParse(File.ReadLines(file).FirstOrDefault(), CultureInfo.InvariantCulture, out var processId) && Exists(processId))
                File.Delete(file);
        }
    }

    private static bool Exists(int processId)
    {
        try
        {
            Process.GetProcessById(processId).Dispose();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Waits until the process has ended, looking once each <paramref name="interval"/>; false when <paramref name="limit"/> passed first.</summary>
    public async Task<bool> WaitForEndAsync(TimeSpan interval, TimeSpan limit, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(interval);
        while (IsAlive)
        {
            if (waited.Elapsed > limit)
                return false;
            await timer.WaitForNextTickAsync(cancellationToken);
        }
        return true;
    }

    /// <summary>PostgreSQL's fast shutdown (SIGINT): open transactions are rolled back, everything committed is written out.</summary>
    public async Task<bool> StopAsync(TimeSpan limit)
    {
        await InterruptAsync(ProcessId);
        return await WaitForEndAsync(StopInterval, limit, CancellationToken.None);
    }

    /// <summary>SIGINT. .NET sends no signal but SIGKILL; the shell has <c>kill</c> built in.</summary>
    public static Task InterruptAsync(int processId) =>
        ShortProcess.RunAsync(["/bin/sh", "-c", "kill -INT \"$0\"", processId.ToString(CultureInfo.InvariantCulture)], CancellationToken.None);
}
