using IdentityProvider.Server.Decoupled;

namespace IdentityProvider.Server.Pages.Device;

/// <summary>Registers <c>/device</c> and the pages below it.</summary>
internal static class DeviceSetup
{
    public static IServiceCollection AddDevicePages(this IServiceCollection services) => services
        .AddSingleton<UserCodes>()
        .AddSingleton<EnteredCodes>()
        .AddSingleton<DevicePages>()
        .AddSingleton<DecoupledAnswers>()
        .AddSingleton<DeviceConsentPages>();

    public static void MapDevicePages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(DevicePages.Path, http => http.RequestServices.GetRequiredService<DevicePages>().GetAsync(http));
        routes.MapPost(DevicePages.Path, http => http.RequestServices.GetRequiredService<DevicePages>().PostAsync(http));
        routes.MapGet(OwnPage.Device.Path, http => http.RequestServices.GetRequiredService<DeviceConsentPages>().GetAsync(http));
        routes.MapPost(OwnPage.Device.Path, http => http.RequestServices.GetRequiredService<DeviceConsentPages>().PostAsync(http));
        routes.MapGet(DeviceConsentPages.DonePath, DeviceConsentPages.DoneAsync);
    }
}
