using Npgsql;

namespace IdentityProvider.Server.Tests.Admin;

/// <summary>All that lies in a table, as text: what somebody reads who has the database and nothing else.</summary>
internal static class DatabaseText
{
    public static async Task<string> OfAsync(string connectionString, string table)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand($"""SELECT coalesce(string_agg(t::text, E'\n'), '') FROM "{table}" t""");
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
