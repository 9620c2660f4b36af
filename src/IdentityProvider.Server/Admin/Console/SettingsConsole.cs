using IdentityProvider.Protocol.Admin;
using IdentityProvider.Server.Admin.Api;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/settings</c>: what is in force. Settings are changed where the server is started, not here.</summary>
internal static class SettingsConsole
{
    public static IEnumerable<ConsoleRoute> Routes => [ConsoleRoute.Page("/settings", AdminArea.Settings, ShowAsync)];

    private static Task ShowAsync(ConsoleRequest request) =>
        request.ShowAsync<SettingsPage>(new SettingsPage.SettingsModel(SettingsDocument.Of(request.Get<Settings>())));
}
