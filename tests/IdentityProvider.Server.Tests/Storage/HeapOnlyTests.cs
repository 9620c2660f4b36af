using IdentityProvider.Server.Tests.Database;
using Npgsql;

namespace IdentityProvider.Server.Tests.Storage;

/// <summary>What the room in the pages is for (fillfactor 80): a rotation stays in its page, and no index is written.</summary>
public sealed class HeapOnlyTests
{
    private const int Families = 20;
    private const int Rotations = 10;

    [Fact]
    public async Task Nearly_every_rotation_is_a_heap_only_update()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var storage = await Postgres.NewAsync();
        for (var i = 0; i < Families; i++)
        {
            var (_, family) = await storage.SignInAsync(i);
            for (var rotation = 0; rotation < Rotations; rotation++)
            {
                var standing = (await storage.Families.FindAsync(family.FamilyId, cancellation))!;
                Assert.True(await storage.Families.RotateAsync(standing, null, Given.Now.AddMinutes(rotation), cancellation));
            }
        }

        NpgsqlConnection.ClearAllPools(); // a session tells its counts at its end
        await Eventually.TrueAsync(async () => await CountAsync(storage, "n_tup_upd") >= Families * Rotations, "all are counted");
        Assert.InRange(await CountAsync(storage, "n_tup_hot_upd"), 0.9 * Families * Rotations, Families * Rotations * 2);
    }

    private static async Task<int> CountAsync(TestStorage storage, string counter) =>
        int.Parse((await ClusterFolder.AskAsync(storage.ConnectionString, $"""SELECT {counter} FROM pg_stat_user_tables WHERE relname = 'TokenFamilies'"""))!, System.Globalization.CultureInfo.InvariantCulture);
}
