using IdentityProvider.Server.Database;
using IdentityProvider.Server.Tests.Storage;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace IdentityProvider.Server.Tests.Database;

/// <summary>A real streaming replica: what is read there, what never is, and what happens without it.</summary>
public sealed class ReplicaTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lists_and_searches_are_read_at_the_replica_and_what_is_decided_by_at_the_database()
    {
        await using var folder = new ClusterFolder();
        await using var cluster = await folder.StartAsync(ClusterUser.Command);
        await using (var empty = new TestStorage(DatabaseProvider.PostgreSql, cluster.ConnectionString))
            await empty.Schema.MigrateAsync(Cancellation);
        await using var beside = await AccountFolder.MakeAsync();
        var replica = await ReplicaAsync(folder, cluster, beside);
        await using var storage = new TestStorage(DatabaseProvider.PostgreSql, cluster.ConnectionString, ways: new DatabaseWays { ReadOnly = replica });

        // The replica stands still, so that the two differ: who reads where is plain.
        await storage.Get<Clients>().AddAsync(Given.Client("before"), Cancellation);
        await Eventually.TrueAsync(async () => (await storage.Get<Search>().ClientsAsync("before", 10, Cancellation)).Count == 1, "the replica has it");
        await ClusterFolder.ExecuteAsync(Superuser(replica), "SELECT pg_wal_replay_pause()");
        await Eventually.TrueAsync(async () => await ClusterFolder.AskAsync(Superuser(replica), "SELECT pg_get_wal_replay_pause_state()") == "paused", "it is paused");
        await storage.Get<Clients>().AddAsync(Given.Client("later"), Cancellation);
        await storage.Get<AuditEvents>().AddAsync(Given.AuditEvent(), Cancellation);

        Assert.Empty(await storage.Get<Search>().ClientsAsync("later", 10, Cancellation));
        Assert.Empty(await storage.Get<AuditEvents>().SearchAsync(new AuditSearch(), null, 10, Cancellation));
        Assert.NotNull(await storage.Get<Clients>().FindAsync("later", Cancellation));
        Assert.Equal(2, (await storage.Get<Clients>().ListAsync(null, 10, Cancellation)).Count);

        await ClusterFolder.ExecuteAsync(Superuser(replica), "SELECT pg_wal_replay_resume()");
        await Eventually.TrueAsync(async () => (await storage.Get<AuditEvents>().SearchAsync(new AuditSearch(), null, 10, Cancellation)).Count == 1, "it caught up");
        Assert.True((await storage.Get<ReadOnlyDatabase>().LookAsync(Cancellation)).Behind < TimeSpan.FromSeconds(30));

        // Nobody can write there by mistake, and without it the database answers.
        await using (var db = await storage.Get<ReadOnlyDatabase>().CreateDbContextAsync(Cancellation))
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => db.Database.ExecuteSqlRawAsync("""DELETE FROM "Clients" """, Cancellation));
            Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, refused.SqlState);
        }

        // Where both are named, the one that takes writes is found.
        var both = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { TargetSessionAttributes = "primary" };
        both.Host = $"{beside.Path},{both.Host}";
        await using (var either = new TestStorage(DatabaseProvider.PostgreSql, both.ConnectionString))
            Assert.True(await either.Get<Clients>().AddAsync(Given.Client("last"), Cancellation));

        await beside.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        Assert.Single(await storage.Get<Search>().ClientsAsync("later", 10, Cancellation));
        Assert.Equal((null, true), await storage.Get<ReadOnlyDatabase>().LookAsync(Cancellation));
    }

    /// <summary>As an operator makes one: a base backup that follows the database.</summary>
    private static async Task<string> ReplicaAsync(ClusterFolder folder, EmbeddedPostgres cluster, AccountFolder beside)
    {
        var main = new NpgsqlConnectionStringBuilder(Superuser(cluster.ConnectionString));
        var access = Path.Combine(folder.Path, "pg_hba.conf");
        await File.AppendAllTextAsync(access, "local replication all trust\n", Cancellation);
        await ClusterFolder.ExecuteAsync(main.ConnectionString, "SELECT pg_reload_conf()");
        var data = beside.In("data");
        await Eventually.TrueAsync(async () => await ClusterFolder.AskAsync(main.ConnectionString, "SELECT count(*) FROM pg_hba_file_rules WHERE 'replication' = ANY (database)") == "1", "the rule is there");
        await AccountFolder.RunAsync(AccountFolder.PostgresProgram("pg_basebackup"), "--host", main.Host!, "--username", "postgres", "--pgdata", data, "--write-recovery-conf", "--checkpoint=fast");
        beside.Start(AccountFolder.PostgresProgram("postgres"), "-D", data, "-c", "listen_addresses=", "-c", $"unix_socket_directories={beside.Path}");
        var replica = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Host = beside.Path, Port = 5432 }.ConnectionString;
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    return await ClusterFolder.AskAsync(Superuser(replica), "SELECT pg_is_in_recovery()") == "True";
                }
                catch (NpgsqlException)
                {
                    return false;
                }
            },
            "the replica answers");
        return replica;
    }

    private static string Superuser(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString) { Username = "postgres" }.ConnectionString;
}
