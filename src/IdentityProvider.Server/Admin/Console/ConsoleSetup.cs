using IdentityProvider.Protocol.Admin;
using IdentityProvider.Server.Diagnosis;
using IdentityProvider.Server.Pages;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>Registers the console at <c>/admin</c>.</summary>
internal static class ConsoleSetup
{
    /// <summary>All pages and forms.</summary>
    public static IReadOnlyList<ConsoleRoute> Routes { get; } =
    [
        .. HomeConsole.Routes,
        .. ClientConsole.Routes, .. NewClientConsole.Routes, .. EditClientConsole.Routes, .. TestClientConsole.Routes,
        .. ResourceConsole.Routes,
        .. SearchConsole.Routes,
        .. UserConsole.Routes,
        .. UserEndConsole.Routes,
        .. NewUserConsole.Routes,
        .. ProfileConsole.Routes, .. InvitationConsole.Routes,
        .. GroupConsole.Routes,
        .. RoleConsole.Routes,
        .. SessionConsole.Routes, .. FamilyConsole.Routes, .. TokenConsole.Routes,
        .. OutboxConsole.Routes,
        .. KeyConsole.Routes,
        .. AuditConsole.Routes,
        .. UpstreamConsole.Routes, .. TrustedIssuerConsole.Routes, .. RegistrationConsole.Routes, .. DeniedClientConsole.Routes, .. SignalConsole.Routes,
        .. SettingsConsole.Routes, .. DetailsTypeConsole.Routes, .. ConfigurationConsole.Routes,
    ];

    public static IServiceCollection AddConsole(this IServiceCollection services) => services
        .AddSingleton<RowsCheck>()
        .AddSingleton<HomeFigures>()
        .AddSingleton<ConsoleCookies>()
        .AddSingleton<ConsoleAccess>()
        .AddSingleton<CodeExchange>()
        .AddSingleton<ConsoleSignInPages>()
        .AddSingleton<ConsoleEndpoint>();

    public static void MapConsole(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var endpoint = services.GetRequiredService<ConsoleEndpoint>();
        foreach (var route in Routes)
            routes.MapMethods(BuiltInClients.ConsolePath + route.Path, [route.Method], http => endpoint.RunAsync(http, route)).WithMetadata(route);

        var signIns = services.GetRequiredService<ConsoleSignInPages>();
        routes.MapGet(BuiltInClients.ConsoleCallbackPath, signIns.CallbackAsync);
        routes.MapGet(BuiltInClients.ConsolePath + "/sign-out", http =>
        {
            signIns.SignOut(http);
            return Task.CompletedTask;
        });
        routes.MapGet(BuiltInClients.ConsoleSignedOutPath, http => PageResults.ShowAsync<SignedOutOfConsolePage>(http, new object(), language: Languages.All[0]));
    }
}
