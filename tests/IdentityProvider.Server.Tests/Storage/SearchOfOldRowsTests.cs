using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace IdentityProvider.Server.Tests.Storage;

/// <summary>What was there before things could be looked for is found after the upgrade.</summary>
public sealed class SearchOfOldRowsTests
{
    /// <summary>Of the last release that couldn't search.</summary>
    private const string Before = "WholeProtocol";

    [Fact]
    public async Task Rows_of_an_older_version_are_found_by_their_names()
    {
        await using var storage = await Postgres.NewEmptyAsync();
        await storage.AskAsync(async db =>
        {
            await db.GetService<IMigrator>().MigrateAsync(Before);
            return 0;
        });
        await using (var source = NpgsqlDataSource.Create(storage.ConnectionString))
        {
            await using var old = source.CreateCommand("""
                INSERT INTO "Clients" ("ClientId", "Document") VALUES ('c1', '{"client_name":"Web shop"}');
                INSERT INTO "Resources" ("Identifier", "Document") VALUES ('https://api.example', '{"name":"Orders"}');
                INSERT INTO "Users" ("Id", "UserName", "NormalizedUserName", "EmailConfirmed", "PhoneNumberConfirmed", "TwoFactorEnabled", "LockoutEnabled", "AccessFailedCount", "Claims", "CreatedAt")
                    VALUES (gen_random_uuid(), 'al', 'AL', false, false, false, true, 0, '{"given_name":"Alice","family_name":"Adams"}', now()),
                           (gen_random_uuid(), 'bo', 'BO', false, false, false, true, 0, '{}', now());
                """);
            await old.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await storage.Schema.MigrateAsync(TestContext.Current.CancellationToken);

        var search = storage.Get<Search>();
        Assert.Equal("c1", Assert.Single(await search.ClientsAsync("WEB", 10, TestContext.Current.CancellationToken)).Id);
        Assert.Equal("Orders", Assert.Single(await search.ResourcesAsync("ord", 10, TestContext.Current.CancellationToken)).Name);
        Assert.Equal("al", Assert.Single(await search.UsersAsync("alice ad", 10, TestContext.Current.CancellationToken)).UserName);
        Assert.Equal("al", Assert.Single(await search.UsersAsync("adams", 10, TestContext.Current.CancellationToken)).UserName);
    }
}
