using System.Linq.Expressions;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Accounts;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>Where people get mail, and who an address belongs to. Only an address that was shown to be a person's counts as theirs.</summary>
public sealed class Mailboxes(IDbContextFactory<IdpDb> databases)
{
    private static Expression<Func<User, MailboxRow>> Read { get; } =
        user => new MailboxRow(user.Id, user.UserName!, user.Email, user.EmailConfirmed, user.SecurityStamp, user.DisabledAt, user.Claims);

    /// <summary>A person's; null where there is no such account.</summary>
    public async Task<Mailbox?> FindAsync(Guid userId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Users.Where(u => u.Id == userId).Select(Read).FirstOrDefaultAsync(cancellation) is { } row ? MailboxOf(row) : null;
    }

    /// <summary>Of whoever signs in by this: a verified address, or a user name; null where that is nobody.</summary>
    public async Task<Mailbox?> FindNamedAsync(string typed, CancellationToken cancellation = default)
    {
        var normalized = SignInNames.NormalizedOf(typed);
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var signing = db.Users.Where(Signing(normalized)).OrderByDescending(IsByAddress(normalized));
        return await signing.Select(Read).FirstOrDefaultAsync(cancellation) is { } row ? MailboxOf(row) : null;
    }

    /// <summary>Whether an account, other than this one, has this address or signs in by it.</summary>
    public async Task<bool> IsTakenAsync(EmailAddress address, Guid? except = null, CancellationToken cancellation = default)
    {
        var normalized = address.Normalized;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Users.Where(Signing(normalized)).AnyAsync(u => u.Id != except, cancellation);
    }

    /// <summary>Whether the address was shown to be another account's than this one.</summary>
    public async Task<bool> IsAnothersAsync(EmailAddress address, Guid userId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Users.Where(IsByAddress(address.Normalized)).AnyAsync(u => u.Id != userId, cancellation);
    }

    /// <summary>Whoever signs in by this text: at most two, whose order <see cref="IsByAddress"/> gives.</summary>
    internal static Expression<Func<User, bool>> Signing(string normalized) =>
        user => user.NormalizedUserName == normalized || (user.NormalizedEmail == normalized && user.EmailConfirmed);

    /// <summary>Whose address it is comes before whose name it is: an address was proved, a name was only chosen.</summary>
    internal static Expression<Func<User, bool>> IsByAddress(string normalized) => user => user.NormalizedEmail == normalized && user.EmailConfirmed;

    private static Mailbox MailboxOf(MailboxRow row) => new(row.UserId, row.Username, row.IsVerified ? row.Address : null, row.SecurityStamp ?? "", row.DisabledAt is null)
    {
        Locale = JsonNode.Parse(row.Claims)!["locale"] is JsonValue value && value.TryGetValue<string>(out var locale) ? locale : null,
    };

    private sealed record MailboxRow(Guid UserId, string Username, string? Address, bool IsVerified, string? SecurityStamp, DateTimeOffset? DisabledAt, string Claims);
}

/// <summary>Where a person gets mail.</summary>
/// <param name="UserId">Whose it is.</param>
/// <param name="Username">What they sign in with.</param>
/// <param name="Address">An address that is known to be theirs; null where none is.</param>
/// <param name="SecurityStamp">Changes with what they sign in by.</param>
/// <param name="IsActive">False where an operator disabled the account.</param>
public sealed record Mailbox(Guid UserId, string Username, string? Address, string SecurityStamp, bool IsActive)
{
    /// <summary>Their language, where it is known.</summary>
    public string? Locale { get; init; }
}
