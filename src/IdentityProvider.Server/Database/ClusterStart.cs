using System.Diagnostics;
using IdentityProvider.Server.Telemetry;
using Npgsql;

namespace IdentityProvider.Server.Database;

/// <summary>Brings a cluster to the state in which PostgreSQL runs on it and takes connections: makes it, starts it, or finds it running.</summary>
internal static class ClusterStart
{
    public const string Database = "idp";
    public const string Role = "idp";
    private const string Superuser = "postgres";
    private const int LogLimit = 1_000_000;
    private static readonly TimeSpan LockPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SlowStart = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RemnantPatience = TimeSpan.FromSeconds(10);

    /// <summary>The PostgreSQL that runs on <paramref name="cluster"/>. One process at a time looks and starts. Its end without an answer is <see cref="EmbeddedPostgresException"/>.</summary>
    public static async Task<Postmaster> RunningAsync(
        ClusterDirectory cluster, IReadOnlyList<string> binDirectories, ILogger logger, CancellationToken cancellationToken)
    {
        using var starting = await FileLock.WaitAsync(() => FileLock.TryExclusive(cluster.StartLock), LockPatience, cancellationToken)
            ?? throw new EmbeddedPostgresException($"another process has been starting the database in {cluster.Configured} for {LockPatience.TotalMinutes:0} minutes");

        var waited = Stopwatch.StartNew();
        while (true)
        {
            if (await FindOrLaunchAsync(cluster, binDirectories, waited, logger, cancellationToken) is not { } postmaster)
                continue;
            try
            {
                await EnsureDatabaseAsync(postmaster, cancellationToken);
                return postmaster;
            }
            catch (NpgsqlException) when (!postmaster.IsAlive && waited.Elapsed < RemnantPatience)
            {
                // It died between the look and the call.
            }
        }
    }

    /// <summary>A PostgreSQL that takes connections; null when a new look is due.</summary>
    private static async Task<Postmaster?> FindOrLaunchAsync(
        ClusterDirectory cluster, IReadOnlyList<string> binDirectories, Stopwatch waited, ILogger logger, CancellationToken cancellationToken)
    {
        if (Postmaster.Find(cluster.Data) is { } found)
        {
            // One that is just stopping is awaited, and then there is none.
            var adopted = await UntilReadyAsync(cluster, () => !found.IsAlive, logger, cancellationToken);
            if (adopted is not null)
                Log.PostgresAdopted(logger, cluster.Path, adopted.ProcessId);
            return adopted;
        }
        var binaries = await PostgresBinaries.FindAsync(binDirectories, cluster.Major, cancellationToken);
        if (cluster.Major is null)
            await MakeAsync(cluster, binaries, logger, cancellationToken);
        var logged = RotateLog(cluster.Log);
        using var process = await LaunchAsync(cluster, binaries, cancellationToken);
        try
        {
            if (await UntilReadyAsync(cluster, () => process.HasExited, logger, cancellationToken) is { } started)
            {
                Log.PostgresStarted(logger, binaries.Version, cluster.Path, started.ProcessId);
                return started;
            }
        }
        catch (OperationCanceledException)
        {
            await Postmaster.InterruptAsync(process.Id);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
        // After a kill -9 of PostgreSQL its children take a moment to notice; until then it rightly refuses to start beside them.
        var said = LogTail.Read(cluster.Log, logged);
        if (said.Contains("still in use", StringComparison.Ordinal) && waited.Elapsed < RemnantPatience)
            return null;
        throw new EmbeddedPostgresException($"PostgreSQL did not start in {cluster.Path}: {LogTail.Reason(said)} (more in {cluster.Log})");
    }

    /// <summary>Makes the cluster under another name and renames it, so that one that was interrupted is never taken for whole.</summary>
    private static async Task MakeAsync(ClusterDirectory cluster, PostgresBinaries binaries, ILogger logger, CancellationToken cancellationToken)
    {
        Log.PostgresClusterMade(logger, cluster.Path);
        if (Directory.Exists(cluster.UnfinishedData))
            Directory.Delete(cluster.UnfinishedData, recursive: true);
        await cluster.MakePrivateAsync(cluster.UnfinishedData, cancellationToken);
        // The C locale orders by bytes: the same on every machine, whatever libc or ICU comes with its next upgrade.
        var made = await ShortProcess.RunAsync(cluster.AsAccount(
        [
            binaries.Initdb, "--pgdata", cluster.UnfinishedData, "--username", Superuser, "--encoding", "UTF8", "--locale", "C", "--data-checksums",
            "--auth-local", "trust", "--auth-host", "reject", "--no-instructions",
        ]), cancellationToken);
        if (made.ExitCode != 0)
            throw new EmbeddedPostgresException($"initdb failed in {cluster.Path}: {LogTail.Reason(made.Error)}");
        Directory.Move(cluster.UnfinishedData, cluster.Data);
    }

    /// <summary>
    /// Starts PostgreSQL so that it outlives us and our terminal: in a session of its own (a Ctrl-C is for us; we then stop it when we are done
    /// with it), writing to a file. Each of these programs becomes the next one, so the process stays our child.
    /// </summary>
    private static async Task<Process> LaunchAsync(ClusterDirectory cluster, PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        var socketDirectory = await ClusterPlace.MakeSocketDirectoryAsync(cluster, cancellationToken);
        await PostgresConfiguration.WriteAsync(cluster, socketDirectory, cancellationToken);
        Postmaster.ForgetMistaken(cluster.Data, socketDirectory);
        string[] postgres = [binaries.Postgres, "-D", cluster.Data, "-c", $"config_file={cluster.Configuration}"];
        string[] session = File.Exists("/usr/bin/setsid") ? ["/usr/bin/setsid", .. postgres] : postgres;
        return ShortProcess.Start(ShortProcess.StartInfo(["/bin/sh", "-c", "exec \"$@\" </dev/null >>\"$0\" 2>&1", cluster.Log, .. cluster.AsAccount(session)]));
    }

    /// <summary>Waits until PostgreSQL takes connections; null when it ended. Recovery after a crash may take long: that is said, not cut short.</summary>
    private static async Task<Postmaster?> UntilReadyAsync(ClusterDirectory cluster, Func<bool> ended, ILogger logger, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        var nextWord = SlowStart;
        using var timer = new PeriodicTimer(Interval);
        while (true)
        {
            var over = ended();
            if (Postmaster.Find(cluster.Data) is { IsReady: true } ready)
                return ready;
            if (over)
                return null;
            if (waited.Elapsed > nextWord)
            {
                Log.PostgresStillStarting(logger, cluster.Path, waited.Elapsed);
                nextWord += SlowStart;
            }
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>The server's own role is no superuser: it owns its database and nothing else.</summary>
    private static async Task EnsureDatabaseAsync(Postmaster postmaster, CancellationToken cancellationToken)
    {
        var superuser = new NpgsqlConnectionStringBuilder { Host = postmaster.SocketDirectory, Username = Superuser, Database = "postgres", Pooling = false };
        await using var connection = new NpgsqlConnection(superuser.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await EnsureAsync(connection, $"SELECT 1 FROM pg_roles WHERE rolname = '{Role}'", $"CREATE ROLE {Role} LOGIN", cancellationToken);
        await EnsureAsync(connection, $"SELECT 1 FROM pg_database WHERE datname = '{Database}'", $"CREATE DATABASE {Database} OWNER {Role}", cancellationToken);
    }

    private static async Task EnsureAsync(NpgsqlConnection connection, string exists, string create, CancellationToken cancellationToken)
    {
        await using var question = new NpgsqlCommand(exists, connection);
        if (await question.ExecuteScalarAsync(cancellationToken) is not null)
            return;
        await using var command = new NpgsqlCommand(create, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Keeps the log and one predecessor, so that it can't fill the disk. Answers where the new lines will begin.</summary>
    private static long RotateLog(string log)
    {
        var length = File.Exists(log) ? new FileInfo(log).Length : 0;
        if (length <= LogLimit)
            return length;
        File.Move(log, log + ".old", overwrite: true);
        return 0;
    }
}
