using System.Diagnostics;
using IdentityProvider.Server.Database;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace IdentityProvider.Server.Tests.Database;

/// <summary>A folder for one test's cluster, which any account can reach. What still runs in it at the end is stopped, and it is removed.</summary>
internal sealed class ClusterFolder : IAsyncDisposable
{
    private const UnixFileMode AllMayPass = (UnixFileMode)0b111_001_001;

    private readonly string _folder;

    public ClusterFolder(string name = "db")
    {
        _folder = System.IO.Directory.CreateTempSubdirectory("idp-").FullName;
        SetMode(_folder, AllMayPass);
        Path = System.IO.Path.Combine(_folder, name);
    }

    /// <summary>The cluster's directory, not made yet.</summary>
    public string Path { get; }

    public string Data => System.IO.Path.Combine(Path, "data");

    public EmbeddedPostgresOptions Options => new(Path);

    public Postmaster? Postmaster => Server.Database.Postmaster.Find(Data);

    public Task<EmbeddedPostgres> StartAsync(ClusterUser user) =>
        EmbeddedPostgres.StartAsync(Options, user, NullLogger.Instance, TestContext.Current.CancellationToken);

    public static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
    }

    public static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);

    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = await OpenAsync(connectionString);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The first column of the first row, as text.</summary>
    public static async Task<string?> AskAsync(string connectionString, string sql)
    {
        await using var connection = await OpenAsync(connectionString);
        await using var command = new NpgsqlCommand(sql, connection);
        return (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))?.ToString();
    }

    public static void Kill(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
    }

    public async ValueTask DisposeAsync()
    {
        if (Postmaster is { } left)
            await left.StopAsync(TimeSpan.FromSeconds(20));
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
