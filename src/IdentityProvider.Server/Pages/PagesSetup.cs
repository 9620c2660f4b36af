using IdentityProvider.Server.Endpoints.Upstream;
using IdentityProvider.Server.Pages.Account;
using IdentityProvider.Server.Pages.Device;
using IdentityProvider.Server.Pages.SignUp;
using IdentityProvider.Server.SignIn;
using Microsoft.AspNetCore.Antiforgery;

namespace IdentityProvider.Server.Pages;

/// <summary>Registers the pages and what they share.</summary>
internal static class PagesSetup
{
    /// <summary>Needs an <c>IDataProtectionProvider</c> beside it.</summary>
    public static IServiceCollection AddPages(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddAntiforgery();
        services.AddOptions<AntiforgeryOptions>().Configure<Settings>(Forms.Configure);
        return services
            .AddSingleton<Texts>()
            .AddSingleton<Branding>()
            .AddSingleton<Forms>()
            .AddSingleton<Resume>()
            .AddSingleton<SignedInPages>()
            .AddSingleton<LoginPages>()
            .AddSingleton<PasskeyPages>()
            .AddSingleton<SecondPages>()
            .AddSingleton<EnrollPages>()
            .AddSingleton<SelectAccountPages>()
            .AddSingleton<ConsentPages>()
            .AddSingleton<HomePages>()
            .AddSingleton<LogoutFrames>()
            .AddDevicePages()
            .AddAccountPages()
            .AddSignUpPages()
            .AddUpstreams();
    }

    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        DesignFile.Map(routes);
        routes.ServiceProvider.GetRequiredService<Branding>().Map(routes);
        routes.MapGet("/", http => http.RequestServices.GetRequiredService<HomePages>().GetAsync(http));
        routes.MapGet("/login", http => http.RequestServices.GetRequiredService<LoginPages>().GetAsync(http));
        routes.MapPost("/login", http => http.RequestServices.GetRequiredService<LoginPages>().PostAsync(http));
        if (routes.ServiceProvider.GetRequiredService<RelyingParty>().Exists)
        {
            routes.MapPost(PasskeyPages.Path, http => http.RequestServices.GetRequiredService<PasskeyPages>().PostAsync(http));
            routes.MapPost(PasskeyPages.SecondPath, http => http.RequestServices.GetRequiredService<PasskeyPages>().SecondAsync(http));
            routes.MapPost(PasskeyPages.SecondPath + "/options", http => http.RequestServices.GetRequiredService<PasskeyPages>().SecondOptionsAsync(http));
            routes.MapPost(PasskeyPages.EnrollPath, http => http.RequestServices.GetRequiredService<PasskeyPages>().EnrollAsync(http));
            routes.MapPost(PasskeyPages.EnrollPath + "/options", http => http.RequestServices.GetRequiredService<PasskeyPages>().EnrollOptionsAsync(http));
            routes.MapPost(PasskeyPages.Path + "/options", http => http.RequestServices.GetRequiredService<PasskeyPages>().OptionsAsync(http));
        }

        routes.MapGet(SignInFlow.SecondPath, http => http.RequestServices.GetRequiredService<SecondPages>().GetAsync(http));
        routes.MapPost(SignInFlow.SecondPath, http => http.RequestServices.GetRequiredService<SecondPages>().PostAsync(http));
        routes.MapGet(SignInFlow.EnrollPath, http => http.RequestServices.GetRequiredService<EnrollPages>().GetAsync(http));
        routes.MapPost(SignInFlow.EnrollPath, http => http.RequestServices.GetRequiredService<EnrollPages>().PostAsync(http));
        routes.MapGet("/select-account", http => http.RequestServices.GetRequiredService<SelectAccountPages>().GetAsync(http));
        routes.MapPost("/select-account", http => http.RequestServices.GetRequiredService<SelectAccountPages>().PostAsync(http));
        routes.MapGet("/consent", http => http.RequestServices.GetRequiredService<ConsentPages>().GetAsync(http));
        routes.MapPost("/consent", http => http.RequestServices.GetRequiredService<ConsentPages>().PostAsync(http));
        routes.MapDevicePages();
        routes.MapAccountPages();
        routes.MapSignUpPages();
        routes.MapUpstreams();
    }
}
