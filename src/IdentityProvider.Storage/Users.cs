using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>What the protocol needs to know of a person; accounts themselves are ASP.NET Core Identity's.</summary>
public sealed class Users(IDbContextFactory<IdpDb> databases, ReadOnlyDatabase lists)
{
    private readonly Func<IdpDb, Guid, CancellationToken, Task<ClaimsRow?>> _claims = EF.CompileAsyncQuery(
        (IdpDb db, Guid userId, CancellationToken cancellation) => db.Users.AsNoTracking()
            .Where(u => u.Id == userId)
            .Select(u => new ClaimsRow(u.Id, u.UserName!, u.Claims, u.DisabledAt, u.RoleChanges))
            .FirstOrDefault());

    public async Task<UserClaims?> FindClaimsAsync(Guid userId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return (await _claims(db, userId, cancellation))?.Read();
    }

    /// <summary>Whom an operator linked to this subject of another issuer, with their roles; null where it is nobody.</summary>
    public async Task<UserClaims?> FindLinkedAsync(string issuer, string subject, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var linked = await db.UserLogins.Where(l => l.LoginProvider == issuer && l.ProviderKey == subject).Select(l => (Guid?)l.UserId).FirstOrDefaultAsync(cancellation);
        return linked is { } userId ? await FindWithRolesAsync(userId, cancellation) : null;
    }

    /// <summary>The account of this name, however it is written, with its roles; null where there is none.</summary>
    public async Task<UserClaims?> FindNamedAsync(string username, CancellationToken cancellation = default)
    {
        var normalized = username.ToUpperInvariant();
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var named = await db.Users.Where(u => u.NormalizedUserName == normalized).Select(u => (Guid?)u.Id).FirstOrDefaultAsync(cancellation);
        return named is { } userId ? await FindWithRolesAsync(userId, cancellation) : null;
    }

    /// <summary>The names of the roles that a person has, by themselves or by a group, in order; null where there are more than anybody is told of.</summary>
    public async Task<IReadOnlyList<string>?> FindRolesAsync(Guid userId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await FewAsync(db.RoleIdsOf(userId).Join(db.Roles, id => id, role => role.Id, (_, role) => role.Name!), cancellation);
    }

    /// <summary>The names of the groups that a person is in, in order; null where there are more than anybody is told of.</summary>
    public async Task<IReadOnlyList<string>?> FindGroupsAsync(Guid userId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await FewAsync(db.UserGroups.Where(member => member.UserId == userId).Join(db.Groups, member => member.GroupId, group => group.GroupId, (_, group) => group.Name), cancellation);
    }

    /// <summary>The claims of an account with the stamp that <see cref="ChangeClaimsAsync"/> wants to see again; null where there is none.</summary>
    public async Task<StampedClaims?> FindStampedAsync(Guid userId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var row = await db.Users.AsNoTracking().Where(u => u.Id == userId).Select(u => new { u.Claims, u.ConcurrencyStamp }).FirstOrDefaultAsync(cancellation);
        return row is null ? null : new StampedClaims(JsonNode.Parse(row.Claims)!.AsObject(), row.ConcurrencyStamp);
    }

    /// <summary>Writes what is known of a person; false where somebody changed the account since it was read.</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="claims">The claims from now on.</param>
    /// <param name="read">The stamp that was read.</param>
    /// <param name="stamp">Random; the account's stamp from now on, by which a retry knows its own work.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<bool> ChangeClaimsAsync(Guid userId, JsonObject claims, string? read, string stamp, CancellationToken cancellation = default)
    {
        var text = claims.ToJsonString();
        var (name, familyName) = SearchName.OfPerson(text);
        return databases.TransactAsync(
            async (db, token) => await db.Users.Where(u => u.Id == userId && u.ConcurrencyStamp == read)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(u => u.Claims, text).SetProperty(u => u.NormalizedName, name).SetProperty(u => u.NormalizedFamilyName, familyName)
                        .SetProperty(u => u.ConcurrencyStamp, stamp),
                    token) == 1,
            (db, token) => db.Users.AnyAsync(u => u.Id == userId && u.ConcurrencyStamp == stamp, token),
            cancellation);
    }

    /// <summary>Those of these roles that a person has, by themselves or by a group, in the order given: what opens a door is read each time.</summary>
    public async Task<IReadOnlyList<string>> FindRolesAmongAsync(Guid userId, IReadOnlyList<string> names, CancellationToken cancellation = default)
    {
        var normalized = names.Select(name => name.ToUpperInvariant()).ToList();
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var found = await db.RoleIdsOf(userId).Join(db.Roles.Where(role => normalized.Contains(role.NormalizedName!)), id => id, role => role.Id, (_, role) => role.NormalizedName!)
            .Distinct().ToListAsync(cancellation);
        return [.. names.Where(name => found.Contains(name.ToUpperInvariant(), StringComparer.Ordinal))];
    }

    /// <summary>One page of accounts, by normalized name, of those after <paramref name="afterName"/>; from the first where it is null.</summary>
    public Task<IReadOnlyList<User>> ListAsync(string? afterName, int limit, CancellationToken cancellation = default) => ListAsync(UserFilter.None, afterName, limit, cancellation);

    /// <summary>The same of those whom a filter lets through.</summary>
    public async Task<IReadOnlyList<User>> ListAsync(UserFilter filter, string? afterName, int limit, CancellationToken cancellation = default)
    {
        await using var db = await lists.CreateDbContextAsync(cancellation);
        var (after, email) = (afterName?.ToUpperInvariant() ?? "", filter.Email is null ? null : EmailAddress.NormalizedOf(filter.Email));
        var found = db.Users.AsNoTracking().Where(u => u.NormalizedUserName!.CompareTo(after) > 0);
        if (filter.Beginning.ToUpperInvariant() is { Length: > 0 } beginning)
        {
            var end = Lists.EndOf(beginning);
            found = found.Where(u => u.NormalizedUserName!.CompareTo(beginning) >= 0 && u.NormalizedUserName!.CompareTo(end) < 0);
        }

        if (email is not null)
            found = found.Where(u => u.NormalizedEmail == email);
        return await found
            .OrderBy(u => u.NormalizedUserName)
            .Take(limit)
            .ToListAsync(cancellation);
    }

    /// <summary>
    /// Writes what an account signs in by (password, whether it is disabled) and ends what was got by it before, offline access and the remembering
    /// of browsers too, and with it what was guessed wrong, in one transaction; false where somebody changed the account since it was read.
    /// </summary>
    /// <param name="user">The account as it was read, with what is to be written.</param>
    /// <param name="stamp">Random; the account's stamps from now on, by which a retry knows its own work.</param>
    /// <param name="kept">The session that goes on; null where none does.</param>
    /// <param name="offline">Why offline access ends.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<bool> ChangeAndEndAsync(
        User user, string stamp, Guid? kept, FamilyEnd offline, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var (id, read, hash, disabledAt) = (user.Id, user.ConcurrencyStamp, user.PasswordHash, user.DisabledAt);
        return databases.TransactAsync(
            async (db, token) =>
            {
                var before = await WaysAsync(db, id, token);
                if (await db.Users.Where(u => u.Id == id && u.ConcurrencyStamp == read)
                    .ExecuteUpdateAsync(
                        set => set.SetProperty(u => u.PasswordHash, hash).SetProperty(u => u.DisabledAt, disabledAt)
                            .SetProperty(u => u.SecurityStamp, stamp).SetProperty(u => u.ConcurrencyStamp, stamp),
                        token) == 0)
                    return false;
                await TellAsync(db, id, before, new Ways(hash, disabledAt), now, token);
                await KnownBrowsers.DistrustAsync(db, id, token);
                await Attempts.ForgetAsync(db, AttemptKey.OfAccount(id), token);
                await Attempts.ForgetAsync(db, AttemptKey.OfSecondFactor(id), token);
                await Sessions.EndAllAsync(db, id, kept, offline, now, token);
                return true;
            },
            (db, token) => db.Users.AnyAsync(u => u.Id == id && u.ConcurrencyStamp == stamp, token),
            cancellation);
    }

    /// <summary>
    /// Writes the same where nothing ends by it: a person is let in again, or keeps their sign-ins with another password. False where somebody changed the
    /// account since it was read.
    /// </summary>
    public Task<bool> ChangeAsync(User user, string stamp, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var (id, read, hash, disabledAt) = (user.Id, user.ConcurrencyStamp, user.PasswordHash, user.DisabledAt);
        return databases.TransactAsync(
            async (db, token) =>
            {
                var before = await WaysAsync(db, id, token);
                var isOther = before?.PasswordHash != hash;
                if (await db.Users.Where(u => u.Id == id && u.ConcurrencyStamp == read)
                    .ExecuteUpdateAsync(
                        set => set.SetProperty(u => u.PasswordHash, hash).SetProperty(u => u.DisabledAt, disabledAt)
                            .SetProperty(u => u.SecurityStamp, u => isOther ? stamp : u.SecurityStamp).SetProperty(u => u.ConcurrencyStamp, stamp),
                        token) == 0)
                    return false;
                await TellAsync(db, id, before, new Ways(hash, disabledAt), now, token);
                return true;
            },
            (db, token) => db.Users.AnyAsync(u => u.Id == id && u.ConcurrencyStamp == stamp, token),
            cancellation);
    }

    private static Task<Ways?> WaysAsync(IdpDb db, Guid userId, CancellationToken cancellation) =>
        db.Users.Where(u => u.Id == userId).Select(u => new Ways(u.PasswordHash, u.DisabledAt)).FirstOrDefaultAsync(cancellation);

    private static async Task TellAsync(IdpDb db, Guid userId, Ways? before, Ways after, DateTimeOffset now, CancellationToken cancellation)
    {
        if (before is null)
            return;
        if (before.DisabledAt is null != after.DisabledAt is null)
            await Signals.AccountChangedAsync(db, userId, after.DisabledAt is null ? SignalKind.AccountEnabled : SignalKind.AccountDisabled, now, cancellation);
        if (before.PasswordHash != after.PasswordHash)
            await Signals.CredentialChangedAsync(db, userId, CredentialChange.Password, before.PasswordHash is null ? CredentialChange.Create : CredentialChange.Update, now, cancellation);
    }

    private static async Task<IReadOnlyList<string>?> FewAsync(IQueryable<string> names, CancellationToken cancellation)
    {
        var found = await names.OrderBy(name => name).Take(ClaimMapping.MostRoles + 1).ToListAsync(cancellation);
        return found.Count > ClaimMapping.MostRoles ? null : [.. found.Order(StringComparer.Ordinal)];
    }

    private async Task<UserClaims?> FindWithRolesAsync(Guid userId, CancellationToken cancellation) =>
        await FindClaimsAsync(userId, cancellation) is { } user
            ? user with { Roles = await FindRolesAsync(userId, cancellation), Groups = await FindGroupsAsync(userId, cancellation) }
            : null;

    private sealed record Ways(string? PasswordHash, DateTimeOffset? DisabledAt);
}

/// <summary>What tokens may say of a person, of their account's row.</summary>
internal sealed record ClaimsRow(Guid UserId, string Username, string Claims, DateTimeOffset? DisabledAt, int RoleChanges)
{
    public UserClaims Read() => new(UserId, Username, JsonNode.Parse(Claims)!.AsObject(), DisabledAt is null) { RoleChanges = RoleChanges };
}

/// <summary>Which accounts are meant.</summary>
/// <param name="Beginning">How the user name begins; empty for all.</param>
/// <param name="Email">The whole address; null for all.</param>
public sealed record UserFilter(string Beginning, string? Email)
{
    public static UserFilter None { get; } = new("", null);
}

/// <summary>The claims of an account as they were read.</summary>
/// <param name="Claims">By their wire names.</param>
/// <param name="Stamp">Another with each change of the account.</param>
public sealed record StampedClaims(JsonObject Claims, string? Stamp);
