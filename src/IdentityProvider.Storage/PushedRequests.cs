using System.Text;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.PushedAuthorization;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>Pushed authorization requests by the SHA-256 of their reference (RFC 9126). A spent one stays for a while, so that a second use is recognised.</summary>
public sealed class PushedRequests(IDbContextFactory<IdpDb> databases)
{
    public Task AddAsync(byte[] referenceHash, PushedRequest request, CancellationToken cancellation = default) =>
        databases.InsertAsync(
            db => db.PushedRequests.Add(new PushedRequestRow
            {
                ReferenceHash = referenceHash,
                ClientId = request.ClientId,
                Parameters = request.Parameters.ToQuery(),
                IsSigned = request.IsSigned,
                ExpiresAt = request.ExpiresAt,
            }),
            cancellation);

    /// <summary>What was pushed, answered or not, expired or not.</summary>
    public async Task<PushedRequest?> FindAsync(byte[] referenceHash, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.PushedRequests.AsNoTracking().FirstOrDefaultAsync(p => p.ReferenceHash == referenceHash, cancellation) is { } row ? Read(row) : null;
    }

    /// <summary>Notes that it came to our pages in time: from then on a person may be at it (<see cref="ExpiredRows"/>).</summary>
    public async Task OpenAsync(byte[] referenceHash, DateTimeOffset now, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await db.Database.CreateExecutionStrategy().ExecuteAsync(
            token => db.PushedRequests.Where(p => p.ReferenceHash == referenceHash && p.OpenedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(p => p.OpenedAt, now), token),
            cancellation);
    }

    /// <summary>
    /// Notes that the request was answered by an error; true for the one caller who won. After a lost answer the retry says false, and the browser
    /// brings it again in vain.
    /// </summary>
    public async Task<bool> SpendAsync(byte[] referenceHash, DateTimeOffset now, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Database.CreateExecutionStrategy().ExecuteAsync(token => SpendAsync(db, referenceHash, now, token), cancellation) == 1;
    }

    /// <summary>The statement that says who won, within a transaction of the caller's.</summary>
    internal static Task<int> SpendAsync(IdpDb db, byte[] referenceHash, DateTimeOffset now, CancellationToken cancellation) =>
        db.PushedRequests.Where(p => p.ReferenceHash == referenceHash && p.SpentAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.SpentAt, now), cancellation);

    private static PushedRequest Read(PushedRequestRow row) => new()
    {
        ClientId = row.ClientId,
        Parameters = Parameters.Parse(Encoding.UTF8.GetBytes(row.Parameters)).Try(out var parameters, out _)
            ? parameters
            : throw new InvalidOperationException("A pushed request has parameters that this version can't read."),
        IsSigned = row.IsSigned,
        ExpiresAt = row.ExpiresAt,
        SpentAt = row.SpentAt,
    };
}
