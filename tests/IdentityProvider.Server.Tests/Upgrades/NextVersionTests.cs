using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Endpoints;

namespace IdentityProvider.Server.Tests.Upgrades;

/// <summary>
/// This version beside the one after it, which nobody knows yet: the schema grows in every way that <see cref="MigrationRulesTests"/> lets a migration, in
/// every table, while a server is in the middle of its work.
/// </summary>
public sealed class NextVersionTests
{
    private const string Tables = "SELECT string_agg(table_name, ' ' ORDER BY table_name) FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT LIKE '\\_\\_%'";

    private const string Texts = """
        SELECT string_agg(format('ALTER TABLE %I ALTER COLUMN %I TYPE character varying(%s)', table_name, column_name, character_maximum_length + 1), ';')
        FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'character varying' AND table_name NOT LIKE '\_\_%' AND table_name NOT LIKE 'Next%'
        """;

    [Fact]
    public async Task A_server_goes_on_without_one_error_while_and_after_the_next_versions_schema_grows()
    {
        await using var idp = await SignedIn.StartAsync();
        using var grown = new CancellationTokenSource();
        await WorkAsync(idp, new CancellationToken(canceled: true)); // twice and more: its statements are prepared by then
        var workers = Enumerable.Range(0, 4).Select(_ => WorkAsync(idp, grown.Token)).ToList();

        await GrowAsync(idp.Server.ConnectionString);
        await grown.CancelAsync();

        foreach (var rounds in await Task.WhenAll(workers))
            Assert.True(rounds > 2);
        Assert.Equal("7", await ClusterFolder.AskAsync(idp.Server.ConnectionString, """SELECT max("NextRequired") FROM "TokenFamilies" """));
    }

    private static async Task GrowAsync(string database)
    {
        foreach (var table in (await ClusterFolder.AskAsync(database, Tables))!.Split(' '))
        {
            await ClusterFolder.ExecuteAsync(database, $"""ALTER TABLE "{table}" ADD COLUMN "NextOptional" text, ADD COLUMN "NextRequired" integer NOT NULL DEFAULT 7""");
            await ClusterFolder.ExecuteAsync(database, $"""CREATE INDEX CONCURRENTLY ON "{table}" ("NextRequired")""");
        }

        foreach (var widen in (await ClusterFolder.AskAsync(database, Texts))!.Split(';'))
            await ClusterFolder.ExecuteAsync(database, widen);
        await ClusterFolder.ExecuteAsync(database, """CREATE TABLE "NextNoun" ("Id" integer PRIMARY KEY); INSERT INTO "Topics" ("Name", "Version") VALUES ('next', 1)""");
    }

    /// <summary>Every kind of request, again and again, and once more when the schema has grown: how often.</summary>
    private static async Task<int> WorkAsync(SignedIn idp, CancellationToken grown)
    {
        for (var rounds = 1; ; rounds++)
        {
            var isLast = grown.IsCancellationRequested;
            await EveryRequest.OnceAsync(idp);
            if (isLast && rounds > 2)
                return rounds;
        }
    }
}
