using IdentityProvider.Protocol.Admin;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>Where one can go in the console: what there is, of what a person may see.</summary>
/// <param name="Label">What it says.</param>
/// <param name="Path">Below <c>/admin</c>; null of what only folds others.</param>
/// <param name="Area">What one must be allowed to see; null for whoever has any role.</param>
internal sealed record ConsoleNav(string Label, string? Path, AdminArea? Area)
{
    private static readonly ConsoleNav[] All =
    [
        new("Home", "", null),
        new("Clients", "/clients", AdminArea.Clients),
        new("APIs", "/resources", AdminArea.Resources),
        new("People", "/users", AdminArea.Users),
        new("Groups", "/groups", AdminArea.Groups),
        new("Roles", "/roles", AdminArea.Roles),
        new("Sign-ins", "/sessions", AdminArea.Sessions),
        new("Tokens", "/tokens", AdminArea.Families),
        new("Deliveries", "/outbox", AdminArea.Outbox),
        new("Keys", "/keys", AdminArea.Keys),
        new("Audit", "/audit", AdminArea.Audit),
        Folded(
            "Federation",
            new("Upstreams", "/upstreams", AdminArea.Upstreams),
            new("Trusted issuers", "/issuers", AdminArea.Upstreams),
            new("Registration", "/registration-policies", AdminArea.Registration),
            new("Event streams", "/signals", AdminArea.Signals)),
        Folded(
            "Settings",
            new("In force", "/settings", AdminArea.Settings),
            new("Details types", "/details-types", AdminArea.Resources),
            new("As code", "/configuration", AdminArea.Configuration)),
    ];

    /// <summary>What is under it, folded away while none of it is looked at; empty for a page of its own.</summary>
    public IReadOnlyList<ConsoleNav> Below { get; private init; } = [];

    /// <summary>The entries for a person.</summary>
    public static IEnumerable<ConsoleNav> For(ConsoleRequest request) => All
        .Select(entry => entry with { Below = [.. entry.Below.Where(page => page.IsFor(request))] })
        .Where(entry => entry.Below.Count > 0 || (entry.Path is not null && entry.IsFor(request)));

    /// <summary>Whether a page stands below this entry.</summary>
    public bool Holds(string path) => Below.Any(page => page.Holds(path)) || path == Path || (Path?.Length > 0 && path.StartsWith(Path + "/", StringComparison.Ordinal));

    private static ConsoleNav Folded(string label, params ConsoleNav[] below) => new(label, null, null) { Below = below };

    private bool IsFor(ConsoleRequest request) => Area is not { } area || request.May(area, writes: false);
}
