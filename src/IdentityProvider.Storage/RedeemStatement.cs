using System.Data.Common;
using System.Globalization;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace IdentityProvider.Storage;

/// <summary>
/// Spends authorization codes, makes their families and notes the clients in their sessions, in one round trip, which is why it is written by hand. The
/// databases differ here, so both stand side by side; SQL Server's takes one code alone. Made once for a model; what follows the model is the family's
/// list of columns.
/// </summary>
internal sealed class RedeemStatement
{
    // The session is locked against ending until the family is there: Sessions.EndAsync takes its row first and then sees the family.
    // Parallel redemptions share that lock; the code's row lets one through, and the others find it redeemed. Where the tokens tell roles, the person
    // is locked before both against a change of those, as their end does. Each part asks the one before it, which is what keeps that order.
    // {2} is empty for one alone, which waits for whoever holds a row, and " SKIP LOCKED" for many, of whom none may wait for another's trouble.
    // The limit is as in RotateStatement: each row by its key, whatever the planner last knew of the tables.
    private const string OnPostgres = """
        WITH asked AS (
            SELECT * FROM unnest(@CodeHash, @Now, @ToldRoleChanges, {1}) AS a("CodeHash", "Now", "ToldRoleChanges", {0}) LIMIT @Count),
        person AS (
            SELECT u."Id", u."RoleChanges" FROM "Users" u JOIN asked a ON a."UserId" = u."Id" AND a."ToldRoleChanges" = u."RoleChanges"
            FOR SHARE OF u{2}),
        session AS (
            SELECT s."SessionId" FROM "Sessions" s
            WHERE s."EndedAt" IS NULL AND s."SessionId" IN (
                SELECT c."SessionId" FROM "AuthorizationCodes" c JOIN asked a ON a."CodeHash" = c."CodeHash"
                WHERE a."ToldRoleChanges" IS NULL OR EXISTS (SELECT 1 FROM person p WHERE p."Id" = a."UserId" AND p."RoleChanges" = a."ToldRoleChanges"))
            FOR SHARE OF s{2}),
        free AS (
            SELECT a.* FROM "AuthorizationCodes" c JOIN asked a ON a."CodeHash" = c."CodeHash" JOIN session s ON s."SessionId" = c."SessionId"
            WHERE c."RedeemedAt" IS NULL
                AND (a."ToldRoleChanges" IS NULL OR EXISTS (SELECT 1 FROM person p WHERE p."Id" = a."UserId" AND p."RoleChanges" = a."ToldRoleChanges"))
            FOR NO KEY UPDATE OF c{2}),
        spent AS (
            UPDATE "AuthorizationCodes" c SET "RedeemedAt" = a."Now", "FamilyId" = a."FamilyId"
            FROM free a
            WHERE c."CodeHash" = a."CodeHash" AND c."RedeemedAt" IS NULL AND c."ExpiresAt" > a."Now"
            RETURNING c."SessionId" AS "InSession", c."ClientId" AS "OfClient", a.*),
        client AS (
            INSERT INTO "SessionClients" ("SessionId", "ClientId") SELECT DISTINCT "InSession", "OfClient" FROM spent ORDER BY 1, 2
            ON CONFLICT DO NOTHING)
        INSERT INTO "TokenFamilies" ({0}) SELECT {0} FROM spent
        RETURNING "FamilyId"
        """;

    private const string OnSqlServer = """
        SET XACT_ABORT ON;
        BEGIN TRANSACTION;
        UPDATE [AuthorizationCodes] SET [RedeemedAt] = @Now, [FamilyId] = @FamilyId
        WHERE [CodeHash] = @CodeHash AND [RedeemedAt] IS NULL AND [ExpiresAt] > @Now AND EXISTS (
            SELECT 1 FROM [Sessions] AS s WITH (HOLDLOCK) WHERE s.[SessionId] = [AuthorizationCodes].[SessionId] AND s.[EndedAt] IS NULL)
            AND (@ToldRoleChanges IS NULL OR EXISTS (SELECT 1 FROM [Users] AS u WITH (HOLDLOCK) WHERE u.[Id] = @UserId AND u.[RoleChanges] = @ToldRoleChanges));
        IF @@ROWCOUNT = 1
        BEGIN
            INSERT INTO [TokenFamilies] ({0}) VALUES ({1});
            INSERT INTO [SessionClients] ([SessionId], [ClientId])
            SELECT c.[SessionId], c.[ClientId] FROM [AuthorizationCodes] AS c WHERE c.[CodeHash] = @CodeHash AND NOT EXISTS (
                SELECT 1 FROM [SessionClients] AS k WITH (UPDLOCK, HOLDLOCK) WHERE k.[SessionId] = c.[SessionId] AND k.[ClientId] = c.[ClientId]);
        END
        COMMIT TRANSACTION;
        """;

    private readonly string _alone;
    private readonly string _together;
    private readonly IProperty _codeHash;
    private readonly IProperty _redeemedAt;
    private readonly IProperty _roleChanges;
    private readonly List<IProperty> _family;

    public RedeemStatement(IdpDb db)
    {
        var code = db.Model.FindEntityType(typeof(AuthorizationCodeRow))!;
        _codeHash = code.FindProperty(nameof(AuthorizationCodeRow.CodeHash))!;
        _redeemedAt = code.FindProperty(nameof(AuthorizationCodeRow.RedeemedAt))!;
        _roleChanges = db.Model.FindEntityType(typeof(User))!.FindProperty(nameof(User.RoleChanges))!;
        _family = [.. db.Model.FindEntityType(typeof(TokenFamilyRow))!.GetProperties()];

        var postgres = db is PostgresDb;
        var columns = Named(column => postgres ? $"\"{column}\"" : $"[{column}]");
        var values = Named(column => "@" + column);
        string Text(string lockedRows) => string.Format(
            CultureInfo.InvariantCulture, postgres ? OnPostgres : OnSqlServer, columns, values, lockedRows);
        _alone = Text("");
        _together = Text(" SKIP LOCKED");
    }

    /// <summary>True where it was this call that spent the code.</summary>
    public async Task<bool> RunAsync(IdpDb db, Redemption redemption, CancellationToken cancellation)
    {
        if (db is PostgresDb)
            return (await RunAsync(db, _alone, [redemption], cancellation)).Count == 1;
        await db.Database.OpenConnectionAsync(cancellation);
        try
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = _alone;
            Add(command, _codeHash, redemption.CodeHash, _codeHash.Name);
            Add(command, _redeemedAt, redemption.Now, "Now");
            command.Parameters.Add(_roleChanges.GetRelationalTypeMapping().CreateParameter(command, "ToldRoleChanges", redemption.ToldRoleChanges, nullable: true));
            foreach (var column in _family)
                Add(command, column, column.GetGetter().GetClrValue(redemption.Family), column.Name);

            // The code, the family, and the client where it is new to the session.
            return await command.ExecuteNonQueryAsync(cancellation) >= 2;
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    /// <summary>On PostgreSQL: the families of those who spent their codes. Who comes second for one code, or finds a row held by another, is not among them.</summary>
    public Task<HashSet<Guid>> RunTogetherAsync(PostgresDb db, IReadOnlyList<Redemption> redemptions) =>
        RunAsync(db, _together, [.. redemptions.DistinctBy(redemption => redemption.CodeHash, Batches.Hashes)], CancellationToken.None);

    private async Task<HashSet<Guid>> RunAsync(IdpDb db, string text, Redemption[] redemptions, CancellationToken cancellation)
    {
        await db.Database.OpenConnectionAsync(cancellation);
        try
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = text;
            AddAll(command, _codeHash, redemptions, "CodeHash", redemption => redemption.CodeHash);
            AddAll(command, _redeemedAt, redemptions, "Now", redemption => redemption.Now);
            AddAll(command, _roleChanges, redemptions, "ToldRoleChanges", redemption => redemption.ToldRoleChanges);
            foreach (var column in _family)
                AddAll(command, column, redemptions, column.Name, redemption => column.GetGetter().GetClrValue(redemption.Family));
            command.Parameters.Add(new NpgsqlParameter<int>("Count", redemptions.Length));
            var made = new HashSet<Guid>(redemptions.Length);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                made.Add(reader.GetGuid(0));
            return made;
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    private string Named(Func<string, string> write) => string.Join(", ", _family.Select(column => write(column.Name)));

    private static void Add(DbCommand command, IProperty column, object? value, string name) =>
        command.Parameters.Add(column.GetRelationalTypeMapping().CreateParameter(command, name, value, column.IsNullable));

    private static void AddAll(DbCommand command, IProperty column, Redemption[] redemptions, string name, Func<Redemption, object?> value)
    {
        var mapping = column.GetRelationalTypeMapping();
        var type = mapping.Converter?.ProviderClrType ?? mapping.ClrType;
        var all = Array.CreateInstance(type.IsValueType && Nullable.GetUnderlyingType(type) is null ? typeof(Nullable<>).MakeGenericType(type) : type, redemptions.Length);
        foreach (var (i, redemption) in redemptions.Index())
            all.SetValue(value(redemption) is { } its && mapping.Converter is { } converter ? converter.ConvertToProvider(its) : value(redemption), i);
        command.Parameters.Add(new NpgsqlParameter { ParameterName = name, Value = all, DataTypeName = mapping.StoreTypeNameBase + "[]" });
    }
}

/// <summary>A code that is to be spent for a family.</summary>
/// <param name="CodeHash">SHA-256 of the code.</param>
/// <param name="Family">The family's row.</param>
/// <param name="ToldRoleChanges">How often the person's roles had changed before they were read for its tokens; null where those tell none.</param>
/// <param name="Now">The moment.</param>
internal sealed record Redemption(byte[] CodeHash, TokenFamilyRow Family, int? ToldRoleChanges, DateTimeOffset Now);
