namespace IdentityProvider.Protocol.Status;

/// <summary>
/// A list as it is kept: how much of it is given out and until when. It never says who holds an index. A list is given out in blocks, each
/// index once, and only the newest list gives any.
/// </summary>
/// <param name="List">Its number, from 1.</param>
/// <param name="CreatedAt">When it was begun.</param>
/// <param name="Next">The first index that no block has.</param>
/// <param name="LastTokenExpiresAt">The latest end that a token of its blocks can have.</param>
public sealed record StatusList(int List, DateTimeOffset CreatedAt, int Next, DateTimeOffset LastTokenExpiresAt)
{
    /// <summary>How many tokens a list has room for: the draft's test vectors have this size, and all its bits are 256 KiB.</summary>
    public const int Size = 1 << 20;

    /// <summary>Bits for each: the values are 0, 1 and 3.</summary>
    public const int Bits = 2;

    /// <summary>A list is closed after a day however empty it is, so that what is set in it doesn't stay for ever.</summary>
    public static TimeSpan OpenFor { get; } = TimeSpan.FromDays(1);

    /// <summary>For a verifier whose clock is behind ours.</summary>
    public static TimeSpan Skew { get; } = TimeSpan.FromMinutes(2);

    /// <summary>Whether the newest list still has room for a block.</summary>
    public bool HasRoom(int count, DateTimeOffset now) => Next + count <= Size && now < CreatedAt + OpenFor;

    /// <summary>Whether nobody needs it any more: another is in use, and each token that names it has expired.</summary>
    public bool IsRetired(bool isNewest, DateTimeOffset now) => !isNewest && now > LastTokenExpiresAt + Skew;
}

/// <summary>
/// Indexes that one node may give to tokens, in an order that nobody can guess. What ends as a whole has blocks of its own: a client's own
/// tokens, and a family that refreshes too often for its row; so its end is a range, and never a row per token.
/// </summary>
/// <param name="List">The list.</param>
/// <param name="First">The first index.</param>
/// <param name="Count">How many there are.</param>
/// <param name="UsableUntil">No token gets an index of it later.</param>
public sealed record StatusBlock(int List, int First, int Count, DateTimeOffset UsableUntil)
{
    /// <summary>For how long a node uses a block, however much is left of it.</summary>
    public static TimeSpan UsableFor { get; } = TimeSpan.FromMinutes(15);

    /// <summary>When the last token that can name it has ended.</summary>
    public DateTimeOffset LastTokenExpiresAt => UsableUntil + Resources.Resource.LongestAccessTokenLifetime;
}

/// <summary>Whose tokens a block is for; neither means those of families, which note their indexes in their own rows.</summary>
public readonly record struct StatusBlockOwner(string? ClientId, Guid? FamilyId)
{
    /// <summary>Tokens that note their indexes elsewhere.</summary>
    public static StatusBlockOwner Shared => default;

    public static StatusBlockOwner Client(string clientId) => new(clientId, null);

    /// <summary>Tokens that a client got for those of a sign-in at another (RFC 8693).</summary>
    public static StatusBlockOwner Exchange(string clientId, Guid familyId) => new(clientId, familyId);

    public static StatusBlockOwner Family(Guid familyId) => new(null, familyId);
}
