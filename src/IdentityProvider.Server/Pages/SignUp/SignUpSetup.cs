using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Server.Accounts;
using IdentityProvider.Server.Pages.Account;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Pages.SignUp;

/// <summary>Registers the pages that need mail. What this server doesn't offer is not there.</summary>
internal static class SignUpSetup
{
    public static IServiceCollection AddSignUpPages(this IServiceCollection services) => services
        .AddSingleton<MailLimit>()
        .AddSingleton<MailRequests>()
        .AddSingleton<AccountCreation>()
        .AddScoped<PasswordReset>()
        .AddSingleton<LinkPages>()
        .AddSingleton<AskPages>()
        .AddSingleton<ResetPages>()
        .AddSingleton<FinishPages>()
        .AddSingleton<ConfirmEmailPages>()
        .AddSingleton<EmailPages>();

    public static void MapSignUpPages(this IEndpointRouteBuilder routes)
    {
        var settings = routes.ServiceProvider.GetRequiredService<Settings>();
        if (!settings.Mail.IsOn)
            return;
        Map<AskPages>(routes, AccountPaths.Forgot, (pages, http) => pages.GetAsync(http, MailKind.PasswordForgotten), (pages, http) => pages.PostAsync(http, MailKind.PasswordForgotten));
        Map<ResetPages>(routes, AccountPaths.Reset, (pages, http) => pages.GetAsync(http), (pages, http) => pages.PostAsync(http));
        Map<ConfirmEmailPages>(routes, AccountPaths.ConfirmEmail, (pages, http) => pages.GetAsync(http), (pages, http) => pages.PostAsync(http));
        Map<EmailPages>(routes, OwnPage.Email.Path, (pages, http) => pages.GetAsync(http), (pages, http) => pages.PostAsync(http));
        if (settings.Accounts.Registration != AccountRegistration.Off)
            MapFinish(routes, AccountLinkPurpose.Invitation);
        if (settings.Accounts.Registration != AccountRegistration.Open)
            return;
        Map<AskPages>(routes, AccountPaths.SignUp, (pages, http) => pages.GetAsync(http, MailKind.SignUp), (pages, http) => pages.PostAsync(http, MailKind.SignUp));
        MapFinish(routes, AccountLinkPurpose.SignUp);
    }

    private static void MapFinish(IEndpointRouteBuilder routes, AccountLinkPurpose purpose) =>
        Map<FinishPages>(routes, AccountPaths.PathOf(purpose), (pages, http) => pages.GetAsync(http, purpose), (pages, http) => pages.PostAsync(http, purpose));

    private static void Map<TPages>(IEndpointRouteBuilder routes, string path, Func<TPages, HttpContext, Task> get, Func<TPages, HttpContext, Task> post)
        where TPages : notnull
    {
        routes.MapGet(path, http => get(http.RequestServices.GetRequiredService<TPages>(), http));
        routes.MapPost(path, http => post(http.RequestServices.GetRequiredService<TPages>(), http));
    }
}
