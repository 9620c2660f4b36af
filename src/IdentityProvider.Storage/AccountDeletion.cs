using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Protocol.Tokens;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// The end of an account: all that hangs on it ends as at a sign-out of everything, and then no row tells of the person any more. What stays is the
/// logout that apps have not heard yet, with identifiers that lead to nobody. Subjects are random, so that none is ever given again.
/// </summary>
public sealed class AccountDeletion(IDbContextFactory<IdpDb> databases)
{
    /// <summary>Deletes; false where there is no such account.</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="notice">What the person is told afterwards; null where nothing.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<bool> DeleteAsync(Guid userId, OutgoingMail? notice, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var wasThere = false;
        return databases.TransactAsync(
            async (db, token) =>
            {
                // The account is held and closed first: whoever begins a session or a family of it waits here, and then finds nobody.
                if (await db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(set => set.SetProperty(u => u.DisabledAt, now), token) == 0)
                    return false;
                wasThere = true;
                await Signals.AccountChangedAsync(db, userId, SignalKind.AccountPurged, now, token);
                await Sessions.EndAllAsync(db, userId, kept: null, FamilyEnd.GrantRevoked, now, token);
                await RemoveAsync(db, userId, token);
                if (notice is not null)
                {
                    Outbox.AddMail(db, notice, now);
                    await db.SaveChangesAsync(token);
                }

                return true;
            },
            async (db, token) => wasThere && !await db.Users.AnyAsync(u => u.Id == userId, token),
            cancellation);
    }

    // Whose rows know their account by a key goes with it: passkeys, links, roles, groups, known browsers, Identity's tokens.
    private static async Task RemoveAsync(IdpDb db, Guid userId, CancellationToken cancellation)
    {
        var (strangers, browsers, factors) = (AttemptKey.OfAccount(userId), AttemptKey.OfBrowsers(userId), AttemptKey.OfSecondFactors(userId));
        await db.AuthorizationCodes.Where(c => c.UserId == userId).ExecuteDeleteAsync(cancellation);
        await db.DecoupledRequests.Where(r => r.UserId == userId).ExecuteDeleteAsync(cancellation);
        await db.TokenFamilies.Where(f => f.UserId == userId).ExecuteDeleteAsync(cancellation);
        await db.Sessions.Where(s => s.UserId == userId).ExecuteDeleteAsync(cancellation);
        await db.Grants.Where(g => g.UserId == userId).ExecuteDeleteAsync(cancellation);
        await Signals.ForgetPersonAsync(db, userId, cancellation);
        await db.SignInEvents.Where(e => e.UserId == userId).ExecuteDeleteAsync(cancellation);
        await db.AccountLinks.Where(l => l.UserId == userId).ExecuteDeleteAsync(cancellation);
        await db.Attempts.Where(a => a.Key == strangers || EF.Functions.Like(a.Key, browsers + "%") || EF.Functions.Like(a.Key, factors + "%")).ExecuteDeleteAsync(cancellation);

        // Mails to them, and what was delivered: of the rest an app has yet to hear.
        await db.OutboxMessages.Where(m => m.UserId == userId && (m.Kind == OutboxKind.Mail || m.NextAttemptAt == null)).ExecuteDeleteAsync(cancellation);
        await db.Users.Where(u => u.Id == userId).ExecuteDeleteAsync(cancellation);
    }
}
