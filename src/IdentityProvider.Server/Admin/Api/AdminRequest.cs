using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>A request that may do what it asks for: who asks, and what it says.</summary>
internal sealed class AdminRequest(HttpContext http, AdminRoute route, Actor actor, Parameters query, byte[] body)
{
    /// <summary>Of one page.</summary>
    public const int MostItems = 500;

    private const int UsualItems = 100;

    public Actor Actor => actor;

    public AdminRoute Route => route;

    public ReadOnlyMemory<byte> Body => body;

    public CancellationToken Cancellation => http.RequestAborted;

    public T Get<T>()
        where T : notnull => http.RequestServices.GetRequiredService<T>();

    /// <summary>A query parameter.</summary>
    public string? this[string name] => query[name];

    /// <summary>A name in the path.</summary>
    public string Named(string name) => AdminPaths.Named(http, AdminApi.Path, route.Path, name);

    /// <summary>The body, each member known and of its type.</summary>
    public Operated<T> Read<T>(JsonTypeInfo<T> type)
        where T : class => MetadataJson.Read(body, type) switch
        {
            Validated<T>.Valid { Value: var read } => read,
            var invalid => Fault.Refused(((Validated<T>.Invalid)invalid).Error),
        };

    /// <summary>Does what the body says.</summary>
    /// <param name="type">What the body is.</param>
    /// <param name="work">Does it.</param>
    /// <param name="answer">What is said of what was done.</param>
    public async Task<AdminAnswer> WithBodyAsync<TBody, TDone>(JsonTypeInfo<TBody> type, Func<TBody, Task<Operated<TDone>>> work, Func<TDone, AdminAnswer> answer)
        where TBody : class
        where TDone : notnull => Read(type).Try(out var asked, out var fault) ? await AdminAnswer.OfAsync(work(asked), answer) : fault;

    /// <summary>Whether the version that the request means is the one that stands (RFC 9110 §13.1.1); why not, or null.</summary>
    public Fault? RefuseVersion(string current, string member) =>
        http.Request.Headers.IfMatch.Count == 0 || EntityTag.Holds(http.Request.Headers.IfMatch.ToString(), current)
            ? null
            : new Fault(FaultKind.Changed, member, "is another version than If-Match names: read it again");

    /// <summary>One page of a list, read with one more than it shows, so that it is known whether there are more.</summary>
    /// <param name="read">Reads as many as it is told, after the place that it is told; from the first where that is null.</param>
    /// <param name="document">One, as it is shown.</param>
    /// <param name="place">Where one stands, for the cursor.</param>
    public async Task<AdminAnswer> PageAsync<T>(Func<string?, int, Task<IReadOnlyList<T>>> read, Func<T, JsonNode> document, Func<T, string> place)
    {
        var list = string.Join('&', [route.Name, .. route.Query.Select(filter => query[filter.Name] ?? "")]);
        string? after = null;
        if (query["cursor"] is { } cursor)
        {
            if (!AdminCursor.TryRead(cursor, list, out var last))
                return Fault.Refused("cursor", "is none that this list gave, with these filters");
            after = last;
        }

        var limit = UsualItems;
        if (query["limit"] is { } most && (!int.TryParse(most, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MostItems))
            return Fault.Refused("limit", $"must be 1 to {MostItems}");
        var found = await read(after, limit + 1);
        var page = new JsonObject { ["items"] = new JsonArray([.. found.Take(limit).Select(document)]) };
        if (found.Count > limit)
            page["next_cursor"] = AdminCursor.Write(list, place(found[limit - 1]));
        return AdminAnswer.Of(page);
    }
}
