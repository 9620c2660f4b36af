namespace IdentityProvider.Protocol.Accounts;

/// <summary>What a link in a mail does, and how far that is.</summary>
public sealed record StoredAccountLink
{
    public required Guid LinkId { get; init; }

    public required AccountLinkPurpose Purpose { get; init; }

    /// <summary>Whose account it is about; null where there is none yet.</summary>
    public Guid? UserId { get; init; }

    /// <summary>The address that it was sent to, and that whoever uses it has thereby shown to be theirs.</summary>
    public required string Address { get; init; }

    /// <summary>The account's security stamp when the link was made: what changes how a person signs in ends it. Null where there was no account.</summary>
    public string? SecurityStamp { get; init; }

    /// <summary>A role that the account is to have.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>The authorization request that goes on afterwards, as our pages carry it; null where nothing is under way.</summary>
    public string? Resume { get; init; }

    /// <summary>What stands for the browser in which it was asked for, where alone that request goes on.</summary>
    public string? Browser { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; init; }
}

/// <summary>Whether a link still does what it was made for. From outside all answers but yes are the same.</summary>
public static class AccountLinkRules
{
    /// <summary>How long a link of a purpose works.</summary>
    public static TimeSpan LifetimeOf(AccountLinkPurpose purpose) => purpose switch
    {
        AccountLinkPurpose.PasswordReset => TimeSpan.FromMinutes(15),
        AccountLinkPurpose.Invitation => TimeSpan.FromDays(7),
        _ => TimeSpan.FromHours(24),
    };

    /// <param name="link">What is stored of it; null where nothing is.</param>
    /// <param name="purpose">What it is shown for.</param>
    /// <param name="securityStamp">Of the account that it is about, as it is now; null where there is none, or it is disabled.</param>
    /// <param name="now">The moment.</param>
    public static Decision<StoredAccountLink> Decide(StoredAccountLink? link, AccountLinkPurpose purpose, string? securityStamp, DateTimeOffset now)
    {
        // 1. It was made, and for this.
        if (link is null || link.Purpose != purpose)
            return Refusal.AccountLinkUnknown;

        // 2. Nobody used it.
        if (link.UsedAt is not null)
            return Refusal.AccountLinkSpent;

        // 3. Its time isn't over.
        if (link.ExpiresAt <= now)
            return Refusal.AccountLinkExpired;

        // 4. The account is there, and signs in as it did when the link was made: a password changed since, or another link used, ends it.
        if (link.UserId is not null && (securityStamp is null || link.SecurityStamp != securityStamp))
            return Refusal.AccountLinkSuperseded;
        return link;
    }
}
