
namespace IdentityProvider.Server.Database;

/// <summary>The settings that the embedded PostgreSQL runs with, written anew at each start, so that they are this program's version's.</summary>
internal static class PostgresConfiguration
{
    public static async Task WriteAsync(ClusterDirectory cluster, string socketDirectory, CancellationToken cancellationToken)
    {
        await ReplaceAsync(cluster.Configuration, Settings(cluster, socketDirectory), cancellationToken);
        await ReplaceAsync(cluster.Access, AccessRules, cancellationToken);
    }

    /// <summary>
    /// Who may sign in: whoever can reach the socket. Its directory is 0700, so that is this account and root alone, who could read the
    /// data's files as well; a password would have to lie beside them and guard nothing. There is no TCP port.
    /// </summary>
    private const string AccessRules = "local all all trust\n";

    private static string Settings(ClusterDirectory cluster, string socketDirectory) => $"""
        # Written by idp at each start. Your own settings go into local.conf beside this file.

        # For a developer's machine and a small production node alike.
        max_connections = 100
        shared_buffers = 64MB
        maintenance_work_mem = 32MB
        max_wal_size = 512MB
        jit = off

        # A solid-state disk. Tables are counted anew soon, because a new database grows fast and prepared statements keep their plans until then.
        random_page_cost = 1.1
        autovacuum_naptime = 10s

        include_if_exists = {Quoted(cluster.LocalConfiguration)}

        # Not to be changed: reachable by the socket alone, and what is committed is on the disk.
        data_directory = {Quoted(cluster.Data)}
        hba_file = {Quoted(cluster.Access)}
        listen_addresses = ''
        port = 5432
        unix_socket_directories = {Quoted('"' + socketDirectory + '"')}
        unix_socket_permissions = 0700
        fsync = on
        full_page_writes = on
        synchronous_commit = on
        timezone = 'UTC'
        log_timezone = 'UTC'

        # The log tells PostgreSQL's own life. An application error reaches the application, and no statement or value is written here.
        logging_collector = off
        log_destination = 'stderr'
        log_min_messages = log
        log_min_error_statement = panic
        log_error_verbosity = terse
        log_checkpoints = off
        log_statement = 'none'

        """;

    private static string Quoted(string value) => $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>Through a new file and a rename, because a PostgreSQL that runs may read it at any moment.</summary>
    private static async Task ReplaceAsync(string path, string text, CancellationToken cancellationToken)
    {
        var written = path + ".new";
        await File.WriteAllTextAsync(written, text, cancellationToken);
        UnixModes.Set(written, UnixModes.AllMayRead);
        File.Move(written, path, overwrite: true);
    }
}
