using IdentityProvider.Protocol.Admin;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>
/// Looks for a thing of whatever kind by how what it is called begins; a session, a line of the audit and a person's <c>sub</c> by the whole of it. What
/// is found is of those areas alone that who asks may see, and a few of each kind: whoever means one of many goes on typing.
/// </summary>
internal sealed class SearchOperations(Search search, SessionOperations sessions, SigningKeyOperations keys, AuditEvents audit)
{
    /// <summary>Of each kind.</summary>
    public const int Usual = 10;

    /// <summary>Of each kind, at most.</summary>
    public const int Most = 50;

    private const int LongestText = 400;

    /// <summary>Every kind's name, in the order in which they are shown.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [.. Enum.GetValues<SearchKind>().Select(NameOf)];

    public static string NameOf(SearchKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>The kind of that name; null for none.</summary>
    public static SearchKind? KindOf(string name) => Kinds.Contains(name, StringComparer.Ordinal) ? Enum.Parse<SearchKind>(name, ignoreCase: true) : null;

    /// <param name="actor">Who looks.</param>
    /// <param name="text">How what is meant begins.</param>
    /// <param name="only">Of this kind alone; null for all.</param>
    /// <param name="limit">How many of each kind at most.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Operated<SearchDocument>> FindAsync(Actor actor, string text, SearchKind? only, int limit, CancellationToken cancellation)
    {
        var asked = text.Trim();
        if (asked.Length is 0 or > LongestText || asked.Any(char.IsControl))
            return Fault.Refused("q", $"must be how what you look for begins: 1 to {LongestText} characters");
        if (limit is < 1 or > Most)
            return Fault.Refused("limit", $"must be 1 to {Most}");
        var (items, more) = (new List<SearchHit>(), new List<string>());
        foreach (var kind in Enum.GetValues<SearchKind>().Where(kind => only is null || kind == only))
        {
            if (actor.Authority.Refuse(AreaOf(kind), writes: false) is not null)
                continue;
            var found = await FindAsync(kind, asked, limit + 1, cancellation);
            items.AddRange(found.Take(limit));
            if (found.Count > limit)
                more.Add(NameOf(kind));
        }

        return new SearchDocument { Items = items, More = more };
    }

    private static AdminArea AreaOf(SearchKind kind) => kind switch
    {
        SearchKind.Client => AdminArea.Clients,
        SearchKind.Resource => AdminArea.Resources,
        SearchKind.User => AdminArea.Users,
        SearchKind.Group => AdminArea.Groups,
        SearchKind.Role => AdminArea.Roles,
        SearchKind.Session => AdminArea.Sessions,
        SearchKind.Key => AdminArea.Keys,
        SearchKind.Audit => AdminArea.Audit,
        _ => throw new InvalidOperationException($"{kind} is in no area."),
    };

    private Task<IReadOnlyList<SearchHit>> FindAsync(SearchKind kind, string text, int most, CancellationToken cancellation) => kind switch
    {
        SearchKind.Client => HitsAsync(kind, search.ClientsAsync(text, most, cancellation)),
        SearchKind.Resource => HitsAsync(kind, search.ResourcesAsync(text, most, cancellation)),
        SearchKind.User => UsersAsync(text, most, cancellation),
        SearchKind.Group => HitsAsync(kind, search.GroupsAsync(text, most, cancellation)),
        SearchKind.Role => HitsAsync(kind, search.RolesAsync(text, most, cancellation)),
        SearchKind.Session => SessionsAsync(text, cancellation),
        SearchKind.Key => KeysAsync(text, most, cancellation),
        _ => AuditAsync(text, cancellation),
    };

    private static async Task<IReadOnlyList<SearchHit>> HitsAsync(SearchKind kind, Task<IReadOnlyList<Found>> found) =>
        [.. (await found).Select(one => Hit(kind, one.Id, one.Name ?? one.Id, null))];

    private async Task<IReadOnlyList<SearchHit>> UsersAsync(string text, int most, CancellationToken cancellation) =>
    [
        .. (await search.UsersAsync(text, most, cancellation)).Select(user =>
            Hit(SearchKind.User, user.Id.ToString("D"), user.UserName ?? "", Detail(user.PersonName, user.Email, user.IsDisabled ? "disabled" : null))),
    ];

    private async Task<IReadOnlyList<SearchHit>> SessionsAsync(string text, CancellationToken cancellation) =>
        (await sessions.FindAsync(text, cancellation)).Try(out var session, out _)
            ? [Hit(SearchKind.Session, session.Sid, session.Device, Detail(session.Sub, session.Address, null))]
            : [];

    private async Task<IReadOnlyList<SearchHit>> KeysAsync(string text, int most, CancellationToken cancellation) =>
    [
        .. (await keys.ListAsync(cancellation)).Where(key => key.Kid.StartsWith(text, StringComparison.Ordinal)).Take(most)
            .Select(key => Hit(SearchKind.Key, key.Kid, key.Kid, Detail(key.Alg, key.State, null))),
    ];

    private async Task<IReadOnlyList<SearchHit>> AuditAsync(string text, CancellationToken cancellation) =>
        Guid.TryParse(text, out var eventId) && await audit.FindAsync(eventId, cancellation) is { Event: var line }
            ? [Hit(SearchKind.Audit, line.EventId.ToString("N"), line.Action, Moments.Text(line.At))]
            : [];

    private static SearchHit Hit(SearchKind kind, string id, string name, string? detail) => new() { Kind = NameOf(kind), Id = id, Name = name, Detail = detail };

    private static string? Detail(params string?[] parts) => string.Join(", ", parts.Where(part => !string.IsNullOrEmpty(part))) is { Length: > 0 } detail ? detail : null;
}

/// <summary>What can be found.</summary>
internal enum SearchKind
{
    Client,
    Resource,
    User,
    Group,
    Role,
    Session,
    Key,
    Audit,
}

/// <summary>What was found: by kind, and of each in the order of what it is called.</summary>
public sealed record SearchDocument
{
    public required IReadOnlyList<SearchHit> Items { get; init; }

    /// <summary>The kinds of which there are more.</summary>
    public required IReadOnlyList<string> More { get; init; }
}

/// <summary>One thing that was found.</summary>
public sealed record SearchHit
{
    /// <summary><c>client</c>, <c>resource</c>, <c>user</c>, <c>group</c>, <c>role</c>, <c>session</c>, <c>key</c> or <c>audit</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What every other operation knows it by.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>What else tells it from others; null for nothing.</summary>
    public required string? Detail { get; init; }
}
