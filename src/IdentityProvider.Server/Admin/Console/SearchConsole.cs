using IdentityProvider.Protocol.Admin;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/search</c>: a thing of whatever kind, by how what it is called begins.</summary>
internal static class SearchConsole
{
    public static IEnumerable<ConsoleRoute> Routes => [ConsoleRoute.Page("/search", AdminArea.Search, ShowAsync)];

    /// <summary>Where what was found stands; null where there is no page of it.</summary>
    public static string? PathOf(SearchHit hit) => SearchOperations.KindOf(hit.Kind) switch
    {
        SearchKind.Client => ConsolePaths.Of("clients", hit.Id),
        SearchKind.Resource => ConsolePaths.Of("resources", hit.Id),
        SearchKind.User => ConsolePaths.Of("users", hit.Id),
        SearchKind.Group => ConsolePaths.Of("groups", hit.Id),
        SearchKind.Role => ConsolePaths.Of("roles", hit.Id),
        SearchKind.Session => ConsolePaths.Of("sessions", hit.Id),
        SearchKind.Key => "/keys",
        SearchKind.Audit => ConsolePaths.Of("audit", hit.Id),
        _ => null,
    };

    private static async Task ShowAsync(ConsoleRequest request)
    {
        if (request["q"] is not { } text || string.IsNullOrWhiteSpace(text))
        {
            await request.ShowAsync<SearchPage>(new SearchPage.SearchModel(null, null));
            return;
        }

        var kind = request["kind"] is { } name ? SearchOperations.KindOf(name) : null;
        var limit = kind is null ? SearchOperations.Usual : SearchOperations.Most;
        if ((await request.Get<SearchOperations>().FindAsync(request.Actor, text, kind, limit, request.Cancellation)).Try(out var found, out var fault))
            await request.ShowAsync<SearchPage>(new SearchPage.SearchModel(text.Trim(), found));
        else
            await request.ShowAsync<SearchPage>(new SearchPage.SearchModel(text, null), fault);
    }
}
