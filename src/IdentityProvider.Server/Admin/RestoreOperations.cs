using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>What has to be done to a database that was a backup a moment ago, before anybody serves from it.</summary>
internal sealed class RestoreOperations(StatusLists lists, Storage.Sessions sessions, Overview overview, Desk desk)
{
    private const int Batch = 200;

    /// <summary>What lives in it.</summary>
    public Task<LivingNow> LookAsync(CancellationToken cancellation) => overview.CountLivingAsync(desk.Settings.Sessions.IdleLimit, desk.Now, cancellation);

    /// <summary>
    /// Makes sure that nothing which the lost database gave out is given out again. Where it is asked for, everybody is signed out and every app's access ends,
    /// because what was revoked after the backup has come back, and nobody can say what it was.
    /// </summary>
    public async Task<RestoredDocument> RestoredAsync(Actor actor, bool endsEverything, CancellationToken cancellation)
    {
        var list = await lists.LeapAsync(desk.Now, cancellation);
        var people = 0;
        while (endsEverything && await sessions.PeopleAsync(Batch, cancellation) is { Count: > 0 } some)
        {
            foreach (var userId in some)
                await sessions.EndEverythingAsync(userId, FamilyEnd.EndedByOperator, desk.Now, cancellation);
            people += some.Count;
        }

        await desk.RecordAsync(AuditAction.DatabaseRestored, actor, AuditTarget.Database, detail: new() { ["list"] = list, ["people_signed_out"] = people });
        return new RestoredDocument(list, people);
    }
}

/// <summary>What was done.</summary>
/// <param name="List">The status list that gives out indexes from now on.</param>
/// <param name="PeopleSignedOut">How many people lost their sessions and their apps' access.</param>
internal sealed record RestoredDocument(int List, int PeopleSignedOut);
