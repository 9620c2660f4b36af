using System.Data.Common;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace IdentityProvider.Storage;

/// <summary>
/// The statements of the two hot paths, hand-written because one round trip does it all. Where the databases differ, both stand here side
/// by side. Each spends under a condition, and the number of rows says who won.
/// </summary>
internal static class SpendStatements
{
    // The session is locked against ending until the family is there: Sessions.EndAsync takes its row first and then sees the family.
    // Parallel redemptions share the lock; the code's row lets one through, and the others find it redeemed.
    private const string RedeemOnPostgres = """
        WITH session AS (
            SELECT 1 FROM "Sessions" s JOIN "AuthorizationCodes" c ON c."SessionId" = s."SessionId"
            WHERE c."CodeHash" = @CodeHash AND s."EndedAt" IS NULL
            FOR SHARE OF s),
        spent AS (
            UPDATE "AuthorizationCodes" SET "RedeemedAt" = @Now, "FamilyId" = @FamilyId
            WHERE "CodeHash" = @CodeHash AND "RedeemedAt" IS NULL AND "ExpiresAt" > @Now AND EXISTS (SELECT 1 FROM session)
            RETURNING 1)
        INSERT INTO "TokenFamilies" ({0}) SELECT {1} FROM spent
        """;

    private const string RedeemOnSqlServer = """
        SET XACT_ABORT ON;
        BEGIN TRANSACTION;
        UPDATE [AuthorizationCodes] SET [RedeemedAt] = @Now, [FamilyId] = @FamilyId
        WHERE [CodeHash] = @CodeHash AND [RedeemedAt] IS NULL AND [ExpiresAt] > @Now AND EXISTS (
            SELECT 1 FROM [Sessions] AS s WITH (HOLDLOCK) WHERE s.[SessionId] = [AuthorizationCodes].[SessionId] AND s.[EndedAt] IS NULL);
        IF @@ROWCOUNT = 1 INSERT INTO [TokenFamilies] ({0}) VALUES ({1});
        COMMIT TRANSACTION;
        """;

    /// <summary>Spends the code and inserts its family; true where it was this call that did.</summary>
    public static async Task<bool> RedeemCodeAsync(IdpDb db, byte[] codeHash, TokenFamilyRow family, DateTimeOffset now, CancellationToken cancellation)
    {
        var columns = db.Model.FindEntityType(typeof(TokenFamilyRow))!.GetProperties().ToList();
        var code = db.Model.FindEntityType(typeof(AuthorizationCodeRow))!;
        var template = db is PostgresDb ? RedeemOnPostgres : RedeemOnSqlServer;
        var (open, close) = db is PostgresDb ? ("\"", "\"") : ("[", "]");

        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = string.Format(
            null, template, string.Join(", ", columns.Select(c => open + c.Name + close)), string.Join(", ", columns.Select(c => "@" + c.Name)));
        Add(command, code.FindProperty(nameof(AuthorizationCodeRow.CodeHash))!, codeHash);
        Add(command, code.FindProperty(nameof(AuthorizationCodeRow.RedeemedAt))!, now, "Now");
        foreach (var column in columns)
            Add(command, column, column.GetGetter().GetClrValue(family));

        await db.Database.OpenConnectionAsync(cancellation);
        var rows = await command.ExecuteNonQueryAsync(cancellation);

        // PostgreSQL counts the inserted family; SQL Server the code and the family.
        return rows == (db is PostgresDb ? 1 : 2);
    }

    /// <summary>Moves the generation on by one; true where it was this call that did.</summary>
    public static async Task<bool> RotateAsync(IdpDb db, Guid familyId, int fromGeneration, DateTimeOffset now, CancellationToken cancellation) =>
        await db.TokenFamilies
            .Where(f => f.FamilyId == familyId && f.Generation == fromGeneration && f.EndedAt == null && f.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(f => f.Generation, fromGeneration + 1).SetProperty(f => f.RotatedAt, now), cancellation) == 1;

    private static void Add(DbCommand command, IProperty column, object? value, string? name = null) =>
        command.Parameters.Add(column.GetRelationalTypeMapping().CreateParameter(command, name ?? column.Name, value, column.IsNullable));
}
