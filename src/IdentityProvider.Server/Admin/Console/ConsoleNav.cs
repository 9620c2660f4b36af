using IdentityProvider.Protocol.Admin;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>Where one can go in the console: what there is, of what a person may see.</summary>
internal sealed record ConsoleNav(string Label, string Path, AdminArea? Area)
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
        new("Deliveries", "/outbox", AdminArea.Outbox),
        new("Keys", "/keys", AdminArea.Keys),
        new("Audit", "/audit", AdminArea.Audit),
        new("Settings", "/settings", AdminArea.Settings),
    ];

    /// <summary>The entries for a person.</summary>
    public static IEnumerable<ConsoleNav> For(ConsoleRequest request) => All.Where(entry => entry.Area is not { } area || request.May(area, writes: false));

    /// <summary>Whether a page stands below this entry.</summary>
    public bool Holds(string path) => path == Path || (Path.Length > 0 && path.StartsWith(Path + "/", StringComparison.Ordinal));
}
