using IdentityProvider.Server.Http;

namespace IdentityProvider.Server.Endpoints.Registration;

/// <summary>Registers <c>/register</c>, where registration is on.</summary>
internal static class RegistrationSetup
{
    public static IServiceCollection AddRegistration(this IServiceCollection services) => services
        .AddSingleton<RegistrationAccess>()
        .AddSingleton<RequestedClients>()
        .AddSingleton<RegistrationEndpoint>()
        .AddSingleton<ClientConfigurationEndpoint>();

    public static void MapRegistration(this IEndpointRouteBuilder routes, Settings settings)
    {
        if (settings.Registration.Mode == RegistrationMode.Off)
            return;
        const string one = RegistrationAnswers.Path + "/{client}";
        routes.MapPost(RegistrationAnswers.Path, routes.ServiceProvider.GetRequiredService<RegistrationEndpoint>().HandleAsync);
        routes.MapPreflight(RegistrationAnswers.Path, HttpMethods.Post);
        var configuration = routes.ServiceProvider.GetRequiredService<ClientConfigurationEndpoint>();
        routes.MapGet(one, configuration.GetAsync);
        routes.MapPut(one, configuration.PutAsync);
        routes.MapDelete(one, configuration.DeleteAsync);
    }
}
