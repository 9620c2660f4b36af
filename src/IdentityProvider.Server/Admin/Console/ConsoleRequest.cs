using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Server.Admin.Api;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Pages;
using Microsoft.AspNetCore.Components;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>What somebody who may asks of the console: what every handler has at hand, and every part of a page that it shows.</summary>
internal sealed class ConsoleRequest
{
    /// <summary>Lines of one page of a list.</summary>
    public const int LinesOfPage = 50;

    /// <summary>The parameter by which a list goes on.</summary>
    public const string Cursor = "cursor";

    private static readonly object Key = new();

    public ConsoleRequest(HttpContext http, ConsoleRoute route, ConsolePerson person, Parameters parameters)
    {
        (Http, Route, Person, Parameters) = (http, route, person, parameters);
        http.Items[Key] = this;
    }

    public HttpContext Http { get; }

    public ConsoleRoute Route { get; }

    public ConsolePerson Person { get; }

    /// <summary>Of the query, or of the form that was sent.</summary>
    public Parameters Parameters { get; }

    public Actor Actor => Person.Actor;

    public required DateTimeOffset Now { get; init; }

    public CancellationToken Cancellation => Http.RequestAborted;

    /// <summary>What was just done, for the page that is shown.</summary>
    public string? Notice { get; init; }

    /// <summary>What was wrong with what was sent.</summary>
    public Fault? Fault { get; private set; }

    /// <summary>What was done last to what a form came too late for.</summary>
    public LastChange? Last { get; private set; }

    public required string FormToken { get; init; }

    public required string SignOutToken { get; init; }

    /// <summary>A parameter; null where it is absent or empty.</summary>
    public string? this[string name] => Parameters[name];

    /// <summary>A name in the path.</summary>
    public string Named(string name) => AdminPaths.Named(Http, BuiltInClients.ConsolePath, Route.Path, name);

    /// <summary>
    /// Whether the path names something beside the page's own thing, such as a role of a person. Where that can't be done it may be gone, and its form with
    /// it: a page of its own says so.
    /// </summary>
    public bool NamesMore => Route.Path.Count(c => c == '{') > 1;

    public T Get<T>()
        where T : notnull => Http.RequestServices.GetRequiredService<T>();

    /// <summary>Whether the person may see, or change, that area: what they may not is not offered.</summary>
    public bool May(AdminArea area, bool writes) => Actor.Authority.Refuse(area, writes) is null;

    /// <summary>Shows a page; after a try that failed, with what was wrong, at its field.</summary>
    /// <param name="model">The page's parameter <c>Model</c>.</param>
    /// <param name="fault">What was wrong; null where nothing was.</param>
    public Task ShowAsync<TPage>(object model, Fault? fault = null)
        where TPage : IComponent
    {
        Fault = fault;
        return PageResults.ShowAsync<TPage>(Http, model, PagePolicy.OwnForm, fault is null ? StatusCodes.Status200OK : StatusOf(fault), Languages.All[0]);
    }

    /// <summary>Says that what was asked for isn't there, or may not be, where there is no form to say it at.</summary>
    public Task RefuseAsync(Fault fault) => ShowAsync<FaultPage>(fault, fault);

    /// <summary>Goes on with what was found or done; refuses where it was not.</summary>
    /// <param name="asked">What an operation is asked for.</param>
    /// <param name="work">What is done with it.</param>
    public async Task WithAsync<T>(Task<Operated<T>> asked, Func<T, Task> work)
        where T : notnull
    {
        if ((await asked).Try(out var found, out var fault))
            await work(found);
        else
            await RefuseAsync(fault);
    }

    /// <summary>Whether a form that was sent was filled with what stands: the rule of <c>If-Match</c> at the Admin API. Why not, or null.</summary>
    /// <param name="current">The version that stands; <see cref="ConsoleForm.Version"/> sends the one that was shown.</param>
    /// <param name="member">What it is a version of.</param>
    /// <param name="target">The same for the audit, which knows who changed it.</param>
    public async Task<Fault?> RefuseVersionAsync(string current, string member, AuditTarget target)
    {
        if (this[ConsoleForm.VersionField] == current)
            return null;
        Last = await LastChange.FindAsync(this, target);
        return Fault.Changed(member);
    }

    /// <summary>It is done: the browser goes on to a page by GET, which says so.</summary>
    /// <param name="path">Below <c>/admin</c>.</param>
    /// <param name="notice">What was done, in a sentence. Never a secret.</param>
    public Task DoneAsync(string path, string notice)
    {
        Get<ConsoleCookies>().Tell(Http, notice);
        PageResults.Redirect(Http, BuiltInClients.ConsolePath + path);
        return Task.CompletedTask;
    }

    /// <summary>Begins an answer that a browser keeps as a file; what it returns takes the file's bytes.</summary>
    /// <param name="file">Its name.</param>
    /// <param name="type">Its media type.</param>
    public Stream Download(string file, string type)
    {
        var answer = Http.Response;
        OAuthResults.NoStore(answer);
        answer.ContentType = type;
        answer.Headers.ContentDisposition = $"attachment; filename=\"{file}\"";
        answer.Headers.ContentSecurityPolicy = PagePolicy.Plain.ToString();
        return answer.Body;
    }

    /// <summary>One page of a list, read with one line more than it shows, so that it is known whether there are more.</summary>
    /// <param name="read">Reads as many as it is told, after the place that it is told; from the first where that is null.</param>
    /// <param name="place">Where a line stands, for the next page.</param>
    public async Task<ConsoleList<T>> PageAsync<T>(Func<string?, int, Task<IReadOnlyList<T>>> read, Func<T, string> place)
    {
        var list = $"{Route.Path}?{Parameters.Without(Cursor).ToQuery()}";

        // A cursor is opaque and opens nothing: one of another list begins this one.
        var after = this[Cursor] is { } cursor && AdminCursor.TryRead(cursor, list, out var last) ? last : null;
        var found = await read(after, LinesOfPage + 1);
        var next = found.Count > LinesOfPage ? AdminCursor.Write(list, place(found[LinesOfPage - 1])) : null;
        return new ConsoleList<T>([.. found.Take(LinesOfPage)], next, after is not null);
    }

    /// <summary>Of the page that is being shown.</summary>
    internal static ConsoleRequest Of(HttpContext http) => (ConsoleRequest)http.Items[Key]!;

    // A form has no precondition that could fail: what somebody else changed is in conflict with it (RFC 9110 §15.5.10).
    private static int StatusOf(Fault fault) => AdminAnswer.StatusOf(fault.Kind is FaultKind.Changed ? FaultKind.Conflict : fault.Kind);
}

/// <summary>One page of a list.</summary>
/// <param name="Items">Its lines.</param>
/// <param name="Next">The cursor of the next page; null on the last.</param>
/// <param name="IsLater">Whether there is one before.</param>
public sealed record ConsoleList<T>(IReadOnlyList<T> Items, string? Next = null, bool IsLater = false);
