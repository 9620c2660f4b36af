using IdentityProvider.Protocol.Admin;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>One page of the console, or one form of one: where it stands and what it needs.</summary>
/// <param name="Method">GET or POST: nothing is changed by a GET.</param>
/// <param name="Path">Below <c>/admin</c>, with the names of things in braces; empty for the first page.</param>
/// <param name="Area">The area that the person's role must reach; null for whoever has any.</param>
/// <param name="Handle">Does it.</param>
internal sealed record ConsoleRoute(string Method, string Path, AdminArea? Area, Func<ConsoleRequest, Task> Handle)
{
    /// <summary>Whether it is for those alone who may change the area.</summary>
    public bool Writes { get; init; }

    /// <summary>Whether it is for those alone who may change everything (<see cref="AdminAuthority.IsFull"/>), as the operation behind it is.</summary>
    public bool NeedsFull { get; init; }

    /// <summary>Whether the person must have proven who they are just now, by two factors if they have two.</summary>
    public bool NeedsStepUp { get; init; }

    /// <summary>Of a form that may hold a file, in bytes; null where none does, and a form is as long as any.</summary>
    public int? LongestUpload { get; init; }

    public static ConsoleRoute Page(string path, AdminArea? area, Func<ConsoleRequest, Task> handle) => new(HttpMethods.Get, path, area, handle);

    /// <summary>A page that does nothing but ask before a change: for those who may make it.</summary>
    public static ConsoleRoute Ask(string path, AdminArea? area, Func<ConsoleRequest, Task> handle) => new(HttpMethods.Get, path, area, handle) { Writes = true };

    /// <summary>What a form sends, to change something.</summary>
    public static ConsoleRoute Form(string path, AdminArea? area, Func<ConsoleRequest, Task> handle) => new(HttpMethods.Post, path, area, handle) { Writes = true };

    /// <summary>What a form sends that only looks, and costs too much for a link.</summary>
    public static ConsoleRoute Look(string path, AdminArea? area, Func<ConsoleRequest, Task> handle) => new(HttpMethods.Post, path, area, handle);
}
