namespace IdentityProvider.Server.Admin.Console;

/// <summary>The first page: how the server is.</summary>
internal static class HomeConsole
{
    public static IEnumerable<ConsoleRoute> Routes => [ConsoleRoute.Page("", null, ShowAsync)];

    private static Task ShowAsync(ConsoleRequest request) => request.ShowAsync<HomePage>(new HomePage.HomeModel(request.Person.User.Username));
}
