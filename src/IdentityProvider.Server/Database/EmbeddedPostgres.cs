using System.Globalization;
using IdentityProvider.Server.Telemetry;
using Npgsql;

namespace IdentityProvider.Server.Database;

/// <summary>Who uses the cluster: the one server that runs and supervises it, or a command that lasts a moment.</summary>
public enum ClusterUser
{
    Server,
    Command,
}

/// <summary>Where the cluster lies, and where PostgreSQL's programs are looked for.</summary>
/// <param name="Directory">The setting <c>Database:Directory</c>.</param>
public sealed record EmbeddedPostgresOptions(string Directory)
{
    public IReadOnlyList<string> BinDirectories { get; init; } = PostgresBinaries.UsualDirectories();
}

/// <summary>
/// The program's own PostgreSQL, for when no <c>Database:ConnectionString</c> is set: a private cluster that takes connections by a Unix socket alone.
/// It runs as long as anybody uses it: each user holds a shared lock, and who leaves last stops it. A user that was killed frees its lock, and
/// a PostgreSQL left behind is taken over by the next. Waits here are for real processes, so they go by the system's clock, never a test's.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private static readonly TimeSpan OwnerPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);

    private readonly ClusterDirectory _cluster;
    private readonly FileStream? _owner;
    private readonly FileStream _use;
    private readonly ILogger _logger;
    private PostmasterSupervisor? _supervisor;
    private bool _disposed;

    private EmbeddedPostgres(ClusterDirectory cluster, FileStream? owner, FileStream use, ILogger logger)
    {
        _cluster = cluster;
        _owner = owner;
        _use = use;
        _logger = logger;
    }

    /// <summary>For Npgsql. Stays the same while this object lives, also when PostgreSQL had to be started again.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>Where the cluster really lies: the configured directory, or its stand-in when PostgreSQL's account can't reach that.</summary>
    public string Directory => _cluster.Path;

    /// <summary>
    /// Attaches to the cluster, starting it, and making it, where needed. A <see cref="ClusterUser.Server"/> also starts it again whenever it dies.
    /// What can't be done is an <see cref="EmbeddedPostgresException"/> whose message is one line for the operator.
    /// </summary>
    public static async Task<EmbeddedPostgres> StartAsync(
        EmbeddedPostgresOptions options, ClusterUser user, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            var cluster = await ClusterPlace.SettleAsync(options.Directory, logger, cancellationToken);
            var owner = user == ClusterUser.Server ? await OwnAsync(cluster, cancellationToken) : null;
            // Only a last user who is stopping PostgreSQL keeps others out.
            var use = await FileLock.WaitAsync(() => FileLock.TryShared(cluster.UsersLock), StopLimit, cancellationToken);
            if (use is null)
            {
                owner?.Dispose();
                throw new EmbeddedPostgresException($"another process has been stopping the database in {cluster.Configured} for {StopLimit.TotalSeconds:0} seconds");
            }
            var postgres = new EmbeddedPostgres(cluster, owner, use, logger);
            try
            {
                await postgres.RunAsync(options.BinDirectories, user, cancellationToken);
                return postgres;
            }
            catch
            {
                await postgres.DisposeAsync();
                throw;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NpgsqlException)
        {
            throw new EmbeddedPostgresException($"the database in {options.Directory} can't be used: {error.Message}", error);
        }
    }

    /// <summary>Lets go of the cluster, and stops PostgreSQL when nobody else uses it. Returns when it has stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (_supervisor is not null)
            await _supervisor.DisposeAsync();
        await _use.DisposeAsync();
        // Of several who leave together the last to let go gets the lock; if none does, somebody new came and will stop it.
        using (var last = FileLock.TryExclusive(_cluster.UsersLock))
        {
            if (last is not null && Postmaster.Find(_cluster.Data) is { } postmaster)
                await StopAsync(postmaster);
        }
        if (_owner is not null)
        {
            File.Delete(_cluster.OwnerProcessId);
            await _owner.DisposeAsync();
        }
    }

    private async Task RunAsync(IReadOnlyList<string> binDirectories, ClusterUser user, CancellationToken cancellationToken)
    {
        var postmaster = await ClusterStart.RunningAsync(_cluster, binDirectories, _logger, cancellationToken);
        ConnectionString = new NpgsqlConnectionStringBuilder
        {
            Host = postmaster.SocketDirectory, Username = ClusterStart.Role, Database = ClusterStart.Database, MaxPoolSize = 50,
        }.ConnectionString;
        if (user == ClusterUser.Server)
            _supervisor = new PostmasterSupervisor(postmaster, stopping => ClusterStart.RunningAsync(_cluster, binDirectories, _logger, stopping), _logger);
    }

    private async Task StopAsync(Postmaster postmaster)
    {
        if (!await postmaster.StopAsync(StopLimit))
        {
            Log.PostgresStopTimedOut(_logger, _cluster.Path, postmaster.ProcessId, StopLimit);
            return;
        }
        ClusterPlace.RemoveSocketDirectory(postmaster.SocketDirectory);
        Log.PostgresStopped(_logger, _cluster.Path);
    }

    private static async Task<FileStream> OwnAsync(ClusterDirectory cluster, CancellationToken cancellationToken)
    {
        if (await FileLock.WaitAsync(() => FileLock.TryExclusive(cluster.OwnerLock), OwnerPatience, cancellationToken) is not { } owner)
        {
            var holder = File.Exists(cluster.OwnerProcessId) ? (await File.ReadAllTextAsync(cluster.OwnerProcessId, cancellationToken)).Trim() : "unknown";
            throw new EmbeddedPostgresException($"another server (process {holder}) already runs the database in {cluster.Configured}: stop it, or set Idp__Database__Directory to another directory");
        }
        await File.WriteAllTextAsync(cluster.OwnerProcessId, Environment.ProcessId.ToString(CultureInfo.InvariantCulture), cancellationToken);
        return owner;
    }
}
