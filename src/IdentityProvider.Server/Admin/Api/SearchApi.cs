using System.Globalization;
using System.Text.Json;
using IdentityProvider.Protocol.Admin;

namespace IdentityProvider.Server.Admin.Api;

/// <summary><c>/search</c>: looks for a thing of whatever kind.</summary>
internal static class SearchApi
{
    public static IEnumerable<AdminRoute> Routes =>
    [
        AdminRoute.Get("/search", "search", AdminArea.Search, "What begins so, of every kind that the token may read.", SearchAsync, typeof(SearchDocument)) with
        {
            Query =
            [
                ("q", "How an identifier, a name or an address begins; or the whole of a sid, a sub or the id of a line of the audit."),
                ("kind", $"Only these: {string.Join(", ", SearchOperations.Kinds)}."),
                ("limit", $"How many of each kind, 1 to {SearchOperations.Most}; {SearchOperations.Usual} by itself."),
            ],
        },
    ];

    private static async Task<AdminAnswer> SearchAsync(AdminRequest request)
    {
        var kind = request["kind"] is { } name ? SearchOperations.KindOf(name) : null;
        if (kind is null && request["kind"] is not null)
            return Fault.Refused("kind", $"must be one of {string.Join(", ", SearchOperations.Kinds)}");
        var limit = SearchOperations.Usual;
        if (request["limit"] is { } most && !int.TryParse(most, NumberStyles.None, CultureInfo.InvariantCulture, out limit))
            return Fault.Refused("limit", $"must be 1 to {SearchOperations.Most}");
        return (await request.Get<SearchOperations>().FindAsync(request.Actor, request["q"] ?? "", kind, limit, request.Cancellation)).Try(out var found, out var fault)
            ? AdminAnswer.Of(JsonSerializer.SerializeToNode(found, AdminJson.Default.SearchDocument)!)
            : fault;
    }
}
