using System.Data.Common;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Protocol.Tokens;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace IdentityProvider.Storage;

/// <summary>
/// Moves many families on in one statement and one commit: what <see cref="TokenFamilies"/> does to one. It never waits: a row that somebody
/// else holds is passed over, so that one family's trouble delays no other. On PostgreSQL alone.
/// </summary>
internal static class RotateStatement
{
    // The limit bounds nothing: it has the planner think of few, and go to each row by its key. A plan is kept, and one made while the table was
    // small would go through all of it, for as long as PostgreSQL hasn't counted it anew.
    private const string Text = """
        WITH asked AS (
            SELECT * FROM unnest(@FamilyId, @Generation, @RoleChanges, @Next, @RotatedAt, @Now, @Before, @After, @More)
            AS a("FamilyId", "Generation", "RoleChanges", "Next", "RotatedAt", "Now", "Before", "After", "More") LIMIT @Count),
        free AS (
            SELECT a.* FROM "TokenFamilies" f JOIN asked a ON a."FamilyId" = f."FamilyId"
            FOR NO KEY UPDATE OF f SKIP LOCKED)
        UPDATE "TokenFamilies" f SET "Generation" = a."Next", "RotatedAt" = a."RotatedAt", "Statuses" =
            CASE WHEN a."More" IS NULL THEN f."Statuses" WHEN f."Statuses" = a."Before" THEN a."After" WHEN f."Statuses" = '' THEN a."More" ELSE f."Statuses" || ' ' || a."More" END
        FROM free a
        WHERE f."FamilyId" = a."FamilyId" AND f."Generation" = a."Generation" AND f."RoleChanges" = a."RoleChanges" AND f."EndedAt" IS NULL AND f."ExpiresAt" > a."Now"
            AND (a."More" IS NULL OR f."Statuses" = a."Before" OR length(f."Statuses") < @Longest - length(a."More"))
        RETURNING f."FamilyId"
        """;

    /// <summary>Which of them moved. Of two that are of one family only the first is tried.</summary>
    public static async Task<IReadOnlySet<FamilyChange>> RunAsync(IdpDb db, IReadOnlyList<FamilyChange> asked)
    {
        var changes = new Dictionary<Guid, FamilyChange>(asked.Count);
        foreach (var change in asked)
            changes.TryAdd(change.Family.FamilyId, change);

        await db.Database.OpenConnectionAsync();
        try
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = Text;
            FamilyChange[] all = [.. changes.Values];
            Add(command, "FamilyId", NpgsqlDbType.Uuid, all, change => change.Family.FamilyId);
            Add(command, "Generation", NpgsqlDbType.Integer, all, change => change.Family.Generation);
            Add(command, "RoleChanges", NpgsqlDbType.Integer, all, change => change.Family.RoleChanges);
            Add(command, "Next", NpgsqlDbType.Integer, all, change => change.Generation);
            Add(command, "RotatedAt", NpgsqlDbType.TimestampTz, all, change => change.RotatedAt.ToUniversalTime());
            Add(command, "Now", NpgsqlDbType.TimestampTz, all, change => change.Now.ToUniversalTime());
            Add(command, "Before", NpgsqlDbType.Text, all, change => change.Before);
            Add(command, "After", NpgsqlDbType.Text, all, change => change.After);
            Add(command, "More", NpgsqlDbType.Text, all, change => change.More);
            command.Parameters.Add(new NpgsqlParameter<int>("Longest", Longest.Statuses));
            command.Parameters.Add(new NpgsqlParameter<int>("Count", all.Length));
            var moved = new HashSet<FamilyChange>(asked.Count, ReferenceEqualityComparer.Instance);
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                moved.Add(changes[reader.GetGuid(0)]);
            return moved;
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    private static void Add<T>(DbCommand command, string name, NpgsqlDbType type, FamilyChange[] changes, Func<FamilyChange, T> value) =>
        command.Parameters.Add(new NpgsqlParameter<T[]>(name, NpgsqlDbType.Array | type) { TypedValue = Array.ConvertAll(changes, change => value(change)) });
}

/// <summary>What is to become of a family's row where it still is as it was read.</summary>
/// <param name="Family">As it was read.</param>
/// <param name="Generation">The generation from now on.</param>
/// <param name="RotatedAt">Since when.</param>
/// <param name="Added">The status to note; null for none.</param>
/// <param name="Now">The moment.</param>
internal sealed record FamilyChange(TokenFamily Family, int Generation, DateTimeOffset RotatedAt, LiveStatus? Added, DateTimeOffset Now)
{
    /// <summary>The statuses that it had noted.</summary>
    public string Before { get; } = Lists.Join(Family.Statuses);

    /// <summary>What it notes from now on where nobody added to it meanwhile: without the dead.</summary>
    public string? After { get; } = Added is { } status ? Lists.Join(Family.StatusesWith(status, Now)) : null;

    /// <summary>What is added to it where somebody did; null where nothing is noted.</summary>
    public string? More { get; } = Added is { } status ? Lists.Join([status]) : null;
}
