using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// What may be shown once: the <c>jti</c> of client assertions (RFC 7523 §3), DPoP proofs (RFC 9449 §11.1) and request objects. A row is the
/// SHA-256 of purpose, owner and identifier, kept for as long as the thing itself could be used.
/// </summary>
public sealed class SpentIdentifiers(IDbContextFactory<IdpDb> databases)
{
    /// <summary>How long a row is kept after its end, so that a node whose clock is late refuses what it still takes for valid.</summary>
    public static TimeSpan Kept { get; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// True for the first, and false for everyone after it. What has expired by now is never spent: it might be forgotten the next moment. Where
    /// the database's answer is lost, the retry says false, and who showed it must make another.
    /// </summary>
    /// <param name="purpose">What kind of thing it is: two kinds share nothing.</param>
    /// <param name="owner">Whose it is, such as a client's identifier: two owners share nothing.</param>
    /// <param name="identifier">The identifier, of any length.</param>
    /// <param name="expiresAt">From when on the thing is refused for its age, whatever leeway is allowed included.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<bool> SpendAsync(
        string purpose, string owner, string identifier, DateTimeOffset expiresAt, DateTimeOffset now, CancellationToken cancellation = default)
    {
        if (expiresAt <= now)
            return false;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Database.CreateExecutionStrategy().ExecuteAsync(token => SpendAsync(db, purpose, owner, identifier, expiresAt, token), cancellation);
    }

    /// <summary>The statement that says who was first, within a transaction of the caller's.</summary>
    internal static async Task<bool> SpendAsync(
        IdpDb db, string purpose, string owner, string identifier, DateTimeOffset expiresAt, CancellationToken cancellation)
    {
        var (hash, end) = (HashOf(purpose, owner, identifier), expiresAt.ToUniversalTime());
        return await db.Database.ExecuteSqlAsync(db is PostgresDb ? OnPostgres(hash, end) : OnSqlServer(hash, end), cancellation) == 1;
    }

    private static FormattableString OnPostgres(byte[] hash, DateTimeOffset end) =>
        $"""INSERT INTO "SpentIdentifiers" ("Hash", "ExpiresAt") VALUES ({hash}, {end}) ON CONFLICT DO NOTHING""";

    private static FormattableString OnSqlServer(byte[] hash, DateTimeOffset end) =>
        $"""
        INSERT INTO [SpentIdentifiers] ([Hash], [ExpiresAt]) SELECT {hash}, {end}
        WHERE NOT EXISTS (SELECT 1 FROM [SpentIdentifiers] WITH (UPDLOCK, HOLDLOCK) WHERE [Hash] = {hash})
        """;

    // Each text with its length before it, so that no two triples meet.
    private static byte[] HashOf(params ReadOnlySpan<string> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var text in texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }
}
