using IdentityProvider.Protocol.Admin;
using IdentityProvider.Server.Http;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>One operation of the Admin API: where it stands, what it needs, and what the document says of it.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">Below the API, with the names of things in braces.</param>
/// <param name="Name">Its <c>operationId</c>.</param>
/// <param name="Area">The area whose scope and role it needs.</param>
/// <param name="Summary">What it does, in a line.</param>
/// <param name="Handle">Does it.</param>
internal sealed record AdminRoute(string Method, string Path, string Name, AdminArea Area, string Summary, Func<AdminRequest, Task<AdminAnswer>> Handle)
{
    /// <summary>Whether it changes anything: it then needs a scope that writes.</summary>
    public bool Writes => Method != HttpMethods.Get && !Looks;

    /// <summary>Whether it only reads though it is a POST, since what is asked for has no place in an address.</summary>
    public bool Looks { get; init; }

    /// <summary>Whether it is for those alone who may change everything (<see cref="AdminAuthority.IsFull"/>), which its operation sees to.</summary>
    public bool NeedsFull { get; init; }

    /// <summary>Of its body, in bytes.</summary>
    public int LongestBody { get; init; } = RequestParameters.LongestBody;

    /// <summary>What its body is; null where it has none.</summary>
    public Type? Body { get; init; }

    /// <summary>What it answers; null for no content.</summary>
    public Type? Answer { get; init; }

    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>Its query parameters, with what each means.</summary>
    public IReadOnlyList<(string Name, string Meaning)> Query { get; init; } = [];

    /// <summary>Whether it answers all of many, each a line of its own.</summary>
    public bool IsLines { get; init; }

    /// <summary>Whether it answers one page of many.</summary>
    public bool IsPaged { get; init; }

    /// <summary>Whether it needs <c>If-Match</c> (RFC 6585 §3).</summary>
    public bool NeedsMatch { get; init; }

    /// <summary>Whether it makes something, so that it takes an <c>Idempotency-Key</c>.</summary>
    public bool Makes { get; init; }

    public static AdminRoute Get(string path, string name, AdminArea area, string summary, Func<AdminRequest, Task<AdminAnswer>> handle, Type answer) =>
        new(HttpMethods.Get, path, name, area, summary, handle) { Answer = answer };

    /// <summary>A list, a page at once.</summary>
    public static AdminRoute List(
        string path, string name, AdminArea area, string summary, Func<AdminRequest, Task<AdminAnswer>> handle, Type page, params (string, string)[] query) =>
        new(HttpMethods.Get, path, name, area, summary, handle) { Answer = page, IsPaged = true, Query = query };

    /// <summary>Something new.</summary>
    public static AdminRoute Make(string path, string name, AdminArea area, string summary, Func<AdminRequest, Task<AdminAnswer>> handle, Type? body, Type answer) =>
        new(HttpMethods.Post, path, name, area, summary, handle) { Body = body, Answer = answer, Status = StatusCodes.Status201Created, Makes = true };

    /// <summary>Something that is done to what is there.</summary>
    public static AdminRoute Act(
        string path, string name, AdminArea area, string summary, Func<AdminRequest, Task<AdminAnswer>> handle, Type? body = null, Type? answer = null) =>
        new(HttpMethods.Post, path, name, area, summary, handle) { Body = body, Answer = answer, Status = answer is null ? StatusCodes.Status204NoContent : StatusCodes.Status200OK };

    /// <summary>Something that is looked at by what the body says.</summary>
    public static AdminRoute Look(string path, string name, AdminArea area, string summary, Func<AdminRequest, Task<AdminAnswer>> handle, Type body, Type answer) =>
        new(HttpMethods.Post, path, name, area, summary, handle) { Body = body, Answer = answer, Looks = true };

    /// <summary>All of what is there, written anew.</summary>
    public static AdminRoute Put(string path, string name, AdminArea area, string summary, Func<AdminRequest, Task<AdminAnswer>> handle, Type body, Type answer) =>
        new(HttpMethods.Put, path, name, area, summary, handle) { Body = body, Answer = answer, NeedsMatch = true };

    /// <summary>A part of it (RFC 7396).</summary>
    public static AdminRoute Patch(string path, string name, AdminArea area, string summary, Func<AdminRequest, Task<AdminAnswer>> handle, Type body, Type answer) =>
        new(HttpMethods.Patch, path, name, area, summary, handle) { Body = body, Answer = answer, NeedsMatch = true };

    /// <summary>That something is so from now on, however often it is said.</summary>
    public static AdminRoute Set(string path, string name, AdminArea area, string summary, Func<AdminRequest, Task<AdminAnswer>> handle) =>
        new(HttpMethods.Put, path, name, area, summary, handle) { Status = StatusCodes.Status204NoContent };

    public static AdminRoute Delete(string path, string name, AdminArea area, string summary, Func<AdminRequest, Task<AdminAnswer>> handle) =>
        new(HttpMethods.Delete, path, name, area, summary, handle) { Status = StatusCodes.Status204NoContent };
}
