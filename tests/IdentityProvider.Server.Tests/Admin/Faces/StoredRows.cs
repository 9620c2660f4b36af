using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Npgsql;

namespace IdentityProvider.Server.Tests.Admin.Faces;

/// <summary>
/// All that is stored, and what a step changed of it: a line for each row that came, went or became another. What differs between two things by
/// their nature (identifiers, hashes, the face's own name) is blanked, so that the lines of two faces can be compared.
/// </summary>
internal sealed partial class StoredRows
{
    /// <summary>What is shorter stands in other texts by chance.</summary>
    private const int ShortestKnown = 8;

    /// <summary>What isn't the step's: it is written by the server for itself, at a moment of its own.</summary>
    private static readonly string[] OthersTables =
    [
        "__EFMigrationsHistory", "AuditHead", // the chain goes on a second later
        "DataProtectionKeys",
        "AccountLinks", // a link is made when its mail goes out
    ];

    /// <summary>The same of columns; and who did it, from where, which is each face's own and looked at by itself.</summary>
    private static readonly string[] OthersColumns =
    [
        "AuditEvents.Sequence", "AuditEvents.Hash", "AuditEvents.Actor", "AuditEvents.ActorClientId", "AuditEvents.Address", "AuditEvents.Device", "AuditEvents.RequestId",
        "Clients.LastUsedAt", "Clients.IsUsed", "Sessions.LastUsedAt", "OutboxMessages.Attempts", "OutboxMessages.NextAttemptAt", "OutboxMessages.LastError", "OutboxMessages.DeliveredAt",
    ];

    /// <summary>Lines of the audit that are written when their minute is over, by the machine's clock.</summary>
    private static readonly string[] Counted = ["tokens.issued"];

    /// <summary>What is another for each thing, and tells nothing.</summary>
    private static readonly string[] Blanked =
    [
        "PasswordHash", "SecurityStamp", "ConcurrencyStamp", "EncryptedPrivateKey", "PublicJwk", "Kid", "Generation", "Version", "Sequence", "First", "Next", "ListId", "Id", "Mail", "UserTokens.Value",
    ];

    private readonly Dictionary<(string Table, string Key), JsonObject> _rows = [];

    private StoredRows()
    {
    }

    /// <summary>The columns that name a row, by table.</summary>
    public static async Task<IReadOnlyDictionary<string, string[]>> KeysAsync(NpgsqlDataSource database)
    {
        const string Sql = """
            SELECT c.relname, coalesce((SELECT array_agg(a.attname::text) FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey) WHERE i.indrelid = c.oid AND i.indisprimary), '{}')
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
            """;
        var keys = new Dictionary<string, string[]>(StringComparer.Ordinal);
        await using var command = database.CreateCommand(Sql);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            if (!OthersTables.Contains(reader.GetString(0)))
                keys[reader.GetString(0)] = reader.GetFieldValue<string[]>(1);
        }

        return keys;
    }

    /// <summary>What is stored now.</summary>
    public static async Task<StoredRows> ReadAsync(NpgsqlDataSource database, IReadOnlyDictionary<string, string[]> keys)
    {
        var rows = new StoredRows();
        await using var command = database.CreateCommand(string.Join(" UNION ALL ", keys.Keys.Select(table => $"SELECT '{table}', to_jsonb(t)::text FROM \"{table}\" t")));
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            var (table, row) = (reader.GetString(0), JsonNode.Parse(reader.GetString(1))!.AsObject());
            if (table == "AuditEvents" && Counted.Contains((string)row["Action"]!))
                continue;
            rows._rows[(table, string.Join('|', keys[table].Select(key => row[key]?.ToJsonString())))] = row;
        }

        return rows;
    }

    /// <summary>What became of it: a line for each row that isn't as it was.</summary>
    /// <param name="after">What is stored now.</param>
    /// <param name="face">By whom, of whom the lines say nothing.</param>
    public IReadOnlyList<string> ChangesTo(StoredRows after, Face face)
    {
        var lines = new List<string>();
        foreach (var (place, row) in after._rows)
        {
            if (!_rows.TryGetValue(place, out var before))
                lines.Add($"+ {place.Table} {Text(place.Table, row, face)}");
            else if (Changed(place.Table, before, row, face) is { Length: > 0 } changed)
                lines.Add($"~ {place.Table} {Naming(row, face)}: {changed}");
        }

        lines.AddRange(_rows.Where(row => !after._rows.ContainsKey(row.Key)).Select(row => $"- {row.Key.Table} {Text(row.Key.Table, row.Value, face)}"));
        return [.. lines.Order(StringComparer.Ordinal)];
    }

    /// <summary>The text of a face without what is the face's own.</summary>
    public static string Plain(string text, Face face)
    {
        foreach (var (value, key) in face.Known)
        {
            if (value.Length < ShortestKnown)
                text = text == value ? $"<{key}>" : text;
            else
                text = text.Replace(value, $"<{key}>", StringComparison.OrdinalIgnoreCase).Replace(value.Replace("-", "", StringComparison.Ordinal), $"<{key}>", StringComparison.OrdinalIgnoreCase);
        }

        return Unique().Replace(text.Replace(face.Name, "<face>", StringComparison.OrdinalIgnoreCase), "…");
    }

    private static string Changed(string table, JsonObject before, JsonObject after, Face face) => string.Join(", ", after
        .Where(column => !OthersColumns.Contains($"{table}.{column.Key}") && !JsonNode.DeepEquals(column.Value, before[column.Key]))
        .Select(column => $"{column.Key} {Value(table, column.Key, before[column.Key], face)} → {Value(table, column.Key, column.Value, face)}"));

    // By what people call it, or else by what names it.
    private static string Naming(JsonObject row, Face face) => string.Join(' ', ((string[])["UserName", "Name", "ClientId", "Identifier", "UserId", "SessionId", "FamilyId", "Target"])
        .Where(row.ContainsKey).Select(column => Value("", column, row[column], face)));

    private static string Text(string table, JsonObject row, Face face) => string.Join(", ", row
        .Where(column => !OthersColumns.Contains($"{table}.{column.Key}")).Select(column => $"{column.Key} {Value(table, column.Key, column.Value, face)}"));

    private static string Value(string table, string column, JsonNode? value, Face face) => value switch
    {
        null => "null",
        _ when Blanked.Contains(column) || Blanked.Contains($"{table}.{column}") || column.StartsWith("Sealed", StringComparison.Ordinal) => "…",
        _ when column == "ActorKind" => (string)value! == face.ActorKind ? "the face" : value.ToString(),
        _ => Plain(value is JsonValue text && text.TryGetValue<string>(out var plain) ? plain : value.ToJsonString(), face),
    };

    // Identifiers and hashes that no story knows, and which key of its ring one is.
    [GeneratedRegex(@"""generation"": ?\d+|\\{1,2}x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{16}([0-9a-f]{16})?([0-9a-f]{32})?\b|(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")]
    private static partial Regex Unique();
}
