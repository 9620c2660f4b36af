using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// What hangs on something and would end or go with it, counted as it is now and touched by nothing: what an operator wants to read before they
/// delete it. No kind is counted further than <see cref="Most"/>.
/// </summary>
public sealed class Dependents(IDbContextFactory<IdpDb> databases)
{
    public const int Most = 100_000;

    /// <summary>On a client: its secrets, people's consents to it and their sign-ins through it.</summary>
    public Task<IReadOnlyList<DependentCount>> OfClientAsync(string clientId, DateTimeOffset now, CancellationToken cancellation = default) => CountAsync(
        db =>
        [
            (Dependent.Family, Living(db, now).Where(f => f.ClientId == clientId)),
            (Dependent.Grant, db.Grants.Where(g => g.ClientId == clientId)),
            (Dependent.Secret, db.ClientSecrets.Where(s => s.ClientId == clientId && (s.ExpiresAt == null || s.ExpiresAt > now))),
        ],
        cancellation);

    /// <summary>On an API: sign-ins of apps that may have tokens for it.</summary>
    public Task<IReadOnlyList<DependentCount>> OfResourceAsync(string identifier, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var listed = $" {identifier} ";
        return CountAsync(db => [(Dependent.Family, Living(db, now).Where(f => (" " + f.Resources + " ").Contains(listed)))], cancellation);
    }

    /// <summary>On an account: where its person is signed in and what apps have of them, and with <paramref name="isDeletion"/> all else that goes.</summary>
    public Task<IReadOnlyList<DependentCount>> OfUserAsync(Guid userId, bool isDeletion, DateTimeOffset now, CancellationToken cancellation = default) => CountAsync(
        db =>
        [
            (Dependent.Session, Lasting(db, now).Where(s => s.UserId == userId)),
            (Dependent.Family, Living(db, now).Where(f => f.UserId == userId)),
            .. isDeletion ? GoneWith(db, userId) : [],
        ],
        cancellation);

    /// <summary>On a person's sessions, all of them: these, and the sign-ins of apps under them.</summary>
    public Task<IReadOnlyList<DependentCount>> OfSessionsAsync(Guid userId, DateTimeOffset now, CancellationToken cancellation = default) => CountAsync(
        db =>
        [
            (Dependent.Session, Lasting(db, now).Where(s => s.UserId == userId)),
            (Dependent.Family, Living(db, now).Where(f => f.UserId == userId && f.SessionId != null)),
        ],
        cancellation);

    /// <summary>On one session: the sign-ins of apps under it.</summary>
    public Task<IReadOnlyList<DependentCount>> OfSessionAsync(Guid sessionId, DateTimeOffset now, CancellationToken cancellation = default) =>
        CountAsync(db => [(Dependent.Family, Living(db, now).Where(f => f.SessionId == sessionId))], cancellation);

    /// <summary>What apps have of a person, or one app where it is named.</summary>
    public Task<IReadOnlyList<DependentCount>> OfTokensAsync(Guid userId, string? clientId, DateTimeOffset now, CancellationToken cancellation = default) =>
        CountAsync(db => [(Dependent.Family, Living(db, now).Where(f => f.UserId == userId && (clientId == null || f.ClientId == clientId)))], cancellation);

    /// <summary>What people have with one app.</summary>
    public Task<IReadOnlyList<DependentCount>> OfTokensAsync(string clientId, DateTimeOffset now, CancellationToken cancellation = default) =>
        CountAsync(db => [(Dependent.Family, Living(db, now).Where(f => f.ClientId == clientId))], cancellation);

    /// <summary>On a role: who has it by themselves, and the groups that have it.</summary>
    public Task<IReadOnlyList<DependentCount>> OfRoleAsync(Guid roleId, CancellationToken cancellation = default) => CountAsync(
        db =>
        [
            (Dependent.Person, db.UserRoles.Where(link => link.RoleId == roleId)),
            (Dependent.Group, db.GroupRoles.Where(link => link.RoleId == roleId && link.RemovedAt == null)),
        ],
        cancellation);

    /// <summary>On a group: its people, and the roles that they have by it.</summary>
    public Task<IReadOnlyList<DependentCount>> OfGroupAsync(Guid groupId, CancellationToken cancellation = default) => CountAsync(
        db =>
        [
            (Dependent.Person, db.UserGroups.Where(member => member.GroupId == groupId)),
            (Dependent.Role, db.GroupRoles.Where(link => link.GroupId == groupId && link.RemovedAt == null)),
        ],
        cancellation);

    /// <summary>On an issuer that people are linked to: the links.</summary>
    public Task<IReadOnlyList<DependentCount>> OfIssuerAsync(string issuer, CancellationToken cancellation = default) =>
        CountAsync(db => [(Dependent.Link, db.UserLogins.Where(l => l.LoginProvider == issuer))], cancellation);

    /// <summary>On a stream of security events: what waits in it.</summary>
    public Task<IReadOnlyList<DependentCount>> OfStreamAsync(Guid streamId, CancellationToken cancellation = default) =>
        CountAsync(db => [(Dependent.Event, db.SignalEvents.Where(e => e.StreamId == streamId))], cancellation);

    private static IEnumerable<(Dependent, IQueryable<object>)> GoneWith(IdpDb db, Guid userId) =>
    [
        (Dependent.Grant, db.Grants.Where(g => g.UserId == userId)),
        (Dependent.Role, db.UserRoles.Where(link => link.UserId == userId)),
        (Dependent.Group, db.UserGroups.Where(member => member.UserId == userId)),
        (Dependent.Passkey, db.UserPasskeys.Where(p => p.UserId == userId)),
        (Dependent.Link, db.UserLogins.Where(l => l.UserId == userId)),
    ];

    private static IQueryable<TokenFamilyRow> Living(IdpDb db, DateTimeOffset now) => db.TokenFamilies.Where(f => f.EndedAt == null && f.ExpiresAt > now);

    private static IQueryable<SessionRow> Lasting(IdpDb db, DateTimeOffset now) => db.Sessions.Where(s => s.EndedAt == null && s.ExpiresAt > now);

    private async Task<IReadOnlyList<DependentCount>> CountAsync(Func<IdpDb, IEnumerable<(Dependent Kind, IQueryable<object> Rows)>> dependents, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var counts = new List<DependentCount>();
        foreach (var (kind, rows) in dependents(db))
            counts.Add(new(kind, await rows.Take(Most).CountAsync(cancellation)));
        return counts;
    }
}

/// <summary>The kinds of what hangs on something.</summary>
public enum Dependent
{
    Session,
    Family,
    Grant,
    Secret,
    Role,
    Group,
    Person,
    Passkey,
    Link,
    Event,
}

/// <summary>How many of a kind; <see cref="Dependents.Most"/> means that many or more.</summary>
public sealed record DependentCount(Dependent Kind, int Count);
