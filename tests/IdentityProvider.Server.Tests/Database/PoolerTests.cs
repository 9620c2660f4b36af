using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Tests.Endpoints;
using IdentityProvider.Server.Tests.Storage;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Database;

/// <summary>Behind PgBouncer in transaction mode nothing may rest on a session.</summary>
public sealed class PoolerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_behind_a_pooler_answers_everything_as_one_that_is_not()
    {
        string? pooled = null;
        await using var idp = await SignedIn.StartAsync(
            change: settings => settings with { Database = settings.Database with { Pooler = Pooler.Transaction } },
            way: database => pooled = PgBouncer.BeforeAsync(database).GetAwaiter().GetResult());

        await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            await EveryRequest.OnceAsync(idp);
            await EveryRequest.OnceAsync(idp);
        }));

        Assert.True((await idp.Server.Get<Schema>().LookAsync(Cancellation)).IsPooled);
        await idp.Server.Get<AuditRetention>().PruneAsync(Actor.Command("test"), Cancellation);
        Assert.Equal("0", await ClusterFolder.AskAsync(pooled!, "SELECT count(*) FROM pg_prepared_statements"));
    }

    [Fact]
    public async Task Migrations_go_through_it_many_at_once()
    {
        await using var storage = await PgBouncer.StorageAsync(await TestCluster.NewEmptyDatabaseAsync());

        var applied = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => storage.Schema.MigrateAsync(_ => { }, Cancellation)));

        Assert.Single(applied, names => names.Count > 0);
        Assert.Equal("0", await ClusterFolder.AskAsync(storage.ConnectionString, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"));
    }

    [Fact]
    public async Task Changes_are_heard_of_by_the_direct_way_and_otherwise_polled()
    {
        var database = await TestCluster.NewDatabaseAsync();
        await using var polling = await PgBouncer.StorageAsync(database);
        await polling.Get<TopicSignals>().ListenAsync(_ => throw new InvalidOperationException("told"), Cancellation); // at once: nothing to hear

        await using var listening = new TestStorage(
            DatabaseProvider.PostgreSql, await PgBouncer.BeforeAsync(database), ways: new DatabaseWays { ThroughPooler = true, Direct = database });
        using var heard = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var times = 0;
        var hearing = listening.Get<TopicSignals>().ListenAsync(
            async token =>
            {
                if (++times == 1)
                    await polling.AskAsync(db => db.Database.ExecuteSqlRawAsync("""UPDATE "Topics" SET "Version" = "Version" + 1 WHERE "Name" = 'clients'""", token));
                else
                    await heard.CancelAsync();
            },
            heard.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hearing);
        Assert.True(times > 1);
    }

    [Fact]
    public async Task A_doctor_sees_whether_a_pooler_is_there()
    {
        var database = await TestCluster.NewDatabaseAsync();
        await using var direct = new TestStorage(DatabaseProvider.PostgreSql, database);
        await using var pooled = await PgBouncer.StorageAsync(database);

        Assert.False((await direct.Schema.LookAsync(Cancellation)).IsPooled);
        Assert.True((await pooled.Schema.LookAsync(Cancellation)).IsPooled);
    }
}
