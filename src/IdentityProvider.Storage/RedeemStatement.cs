using System.Data.Common;
using System.Globalization;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace IdentityProvider.Storage;

/// <summary>
/// Spends an authorization code, makes its family and notes the client in its session, in one round trip, which is why it is written by hand. The
/// databases differ here, so both stand side by side. Made once for a model; what follows the model is the family's list of columns.
/// </summary>
internal sealed class RedeemStatement
{
    // The session is locked against ending until the family is there: Sessions.EndAsync takes its row first and then sees the family.
    // Parallel redemptions share that lock; the code's row lets one through, and the others find it redeemed. Where the tokens tell roles, the person
    // is locked before both against a change of those, as their end does.
    private const string OnPostgres = """
        WITH person AS (
            SELECT 1 FROM "Users" WHERE "Id" = @UserId AND "RoleChanges" = @ToldRoleChanges
            FOR SHARE),
        session AS (
            SELECT 1 FROM "Sessions" s JOIN "AuthorizationCodes" c ON c."SessionId" = s."SessionId"
            WHERE (@ToldRoleChanges IS NULL OR EXISTS (SELECT 1 FROM person)) AND c."CodeHash" = @CodeHash AND s."EndedAt" IS NULL
            FOR SHARE OF s),
        spent AS (
            UPDATE "AuthorizationCodes" SET "RedeemedAt" = @Now, "FamilyId" = @FamilyId
            WHERE "CodeHash" = @CodeHash AND "RedeemedAt" IS NULL AND "ExpiresAt" > @Now AND EXISTS (SELECT 1 FROM session)
            RETURNING "SessionId", "ClientId"),
        client AS (
            INSERT INTO "SessionClients" ("SessionId", "ClientId") SELECT "SessionId", "ClientId" FROM spent
            ON CONFLICT DO NOTHING)
        INSERT INTO "TokenFamilies" ({0}) SELECT {1} FROM spent
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

    private readonly string _text;
    private readonly int _fewestRowsOfTheWinner;
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
        var columns = string.Join(", ", _family.Select(column => postgres ? $"\"{column.Name}\"" : $"[{column.Name}]"));
        var values = string.Join(", ", _family.Select(column => "@" + column.Name));
        _text = string.Format(CultureInfo.InvariantCulture, postgres ? OnPostgres : OnSqlServer, columns, values);

        // PostgreSQL counts the inserted family; SQL Server the code, the family, and the client where it is new to the session.
        _fewestRowsOfTheWinner = postgres ? 1 : 2;
    }

    /// <summary>True where it was this call that spent the code.</summary>
    public async Task<bool> RunAsync(IdpDb db, byte[] codeHash, TokenFamilyRow family, int? toldRoleChanges, DateTimeOffset now, CancellationToken cancellation)
    {
        await db.Database.OpenConnectionAsync(cancellation);
        try
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = _text;
            Add(command, _codeHash, codeHash, _codeHash.Name);
            Add(command, _redeemedAt, now, "Now");
            command.Parameters.Add(_roleChanges.GetRelationalTypeMapping().CreateParameter(command, "ToldRoleChanges", toldRoleChanges, nullable: true));
            foreach (var column in _family)
                Add(command, column, column.GetGetter().GetClrValue(family), column.Name);
            return await command.ExecuteNonQueryAsync(cancellation) >= _fewestRowsOfTheWinner;
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    private static void Add(DbCommand command, IProperty column, object? value, string name) =>
        command.Parameters.Add(column.GetRelationalTypeMapping().CreateParameter(command, name, value, column.IsNullable));
}
