using IdentityProvider.Protocol.Sessions;

namespace IdentityProvider.Server.Pages.Account;

/// <summary>What a person sees of their account.</summary>
/// <param name="FormToken">The antiforgery token.</param>
/// <param name="Shown">The session that the page is shown to.</param>
/// <param name="Username">Whose account it is.</param>
/// <param name="Notice">The text that says what was just done.</param>
/// <param name="Now">The moment.</param>
public sealed record AccountModel(string FormToken, string Shown, string Username, string? Notice, DateTimeOffset Now)
{
    /// <summary>What clients ask by the back channel, oldest first.</summary>
    public IReadOnlyList<WaitingLine> Waiting { get; init; } = [];

    /// <summary>Where the person is signed in, this browser first.</summary>
    public required IReadOnlyList<SessionLine> Sessions { get; init; }

    /// <summary>What apps have, by name.</summary>
    public required IReadOnlyList<AppLine> Apps { get; init; }

    /// <summary>The last sign-ins and failures, newest first.</summary>
    public required IReadOnlyList<SignInEvent> History { get; init; }
}

/// <summary>A session.</summary>
/// <param name="Session">With its last use in any of its apps.</param>
/// <param name="IsThis">Whether it is this browser's.</param>
/// <param name="EndsUnusedAt">When it ends if nothing uses it.</param>
/// <param name="Apps">The names of the apps that took part.</param>
public sealed record SessionLine(Session Session, bool IsThis, DateTimeOffset EndsUnusedAt, IReadOnlyList<string> Apps);

/// <summary>A client that has something of the person.</summary>
/// <param name="ClientId">Which.</param>
/// <param name="Name">Its name.</param>
/// <param name="Identity">What it learns of the person, by the keys of its texts.</param>
/// <param name="Apis">What it may do at each API.</param>
/// <param name="GivenAt">When the person agreed; null where an operator vouches for the client.</param>
/// <param name="OfflineSince">Since when it keeps access while the person is away; null where it doesn't.</param>
public sealed record AppLine(
    string ClientId, string Name, IReadOnlyList<string> Identity, IReadOnlyList<(string Resource, IReadOnlyList<string> Texts)> Apis, DateTimeOffset? GivenAt,
    DateTimeOffset? OfflineSince);
