namespace IdentityProvider.Server.Pages.Account;

/// <summary>Registers <c>/account</c> and the pages below it.</summary>
internal static class AccountSetup
{
    public static IServiceCollection AddAccountPages(this IServiceCollection services) => services
        .AddSingleton<AccountAccess>()
        .AddSingleton<AccountOverview>()
        .AddSingleton<WaitingRequests>()
        .AddSingleton<AccountPages>()
        .AddSingleton<PasskeysPages>()
        .AddSingleton<HistoryPages>()
        .AddSingleton<HeldOnPerson>()
        .AddSingleton<AccountExport>()
        .AddSingleton<DataPages>()
        .AddSingleton<PasswordPages>()
        .AddSingleton<SecurityPages>()
        .AddSingleton<SecondFactorPages>()
        .AddSingleton<ProfilePages>()
        .AddSingleton<EverywherePages>();

    public static void MapAccountPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(OwnPage.Account.Path, http => http.RequestServices.GetRequiredService<AccountPages>().GetAsync(http));
        routes.MapPost("/account/sessions/end", http => http.RequestServices.GetRequiredService<AccountPages>().EndSessionAsync(http));
        routes.MapPost("/account/requests/answer", http => http.RequestServices.GetRequiredService<AccountPages>().AnswerRequestAsync(http));
        routes.MapPost("/account/apps/remove", http => http.RequestServices.GetRequiredService<AccountPages>().RemoveAppAsync(http));
        routes.MapPost("/account/passkeys", http => http.RequestServices.GetRequiredService<PasskeysPages>().AddAsync(http));
        routes.MapPost("/account/passkeys/options", http => http.RequestServices.GetRequiredService<PasskeysPages>().OptionsAsync(http));
        routes.MapPost("/account/passkeys/rename", http => http.RequestServices.GetRequiredService<PasskeysPages>().RenameAsync(http));
        routes.MapPost("/account/passkeys/remove", http => http.RequestServices.GetRequiredService<PasskeysPages>().RemoveAsync(http));
        routes.MapGet(OwnPage.Data.Path, http => http.RequestServices.GetRequiredService<DataPages>().GetAsync(http));
        routes.MapPost(DataPages.ExportPath, http => http.RequestServices.GetRequiredService<DataPages>().ExportAsync(http));
        routes.MapPost(DataPages.DeletePath, http => http.RequestServices.GetRequiredService<DataPages>().DeleteAsync(http));
        routes.MapGet(OwnPage.History.Path, http => http.RequestServices.GetRequiredService<HistoryPages>().GetAsync(http));
        routes.MapGet(OwnPage.Password.Path, http => http.RequestServices.GetRequiredService<PasswordPages>().GetAsync(http));
        routes.MapPost(OwnPage.Password.Path, http => http.RequestServices.GetRequiredService<PasswordPages>().PostAsync(http));
        routes.MapGet(OwnPage.Security.Path, http => http.RequestServices.GetRequiredService<SecurityPages>().GetAsync(http));
        routes.MapPost("/account/security/browsers/forget", http => http.RequestServices.GetRequiredService<SecurityPages>().ForgetBrowserAsync(http));
        routes.MapGet(OwnPage.Authenticator.Path, http => http.RequestServices.GetRequiredService<SecondFactorPages>().GetAuthenticatorAsync(http));
        routes.MapPost(OwnPage.Authenticator.Path, http => http.RequestServices.GetRequiredService<SecondFactorPages>().AddAuthenticatorAsync(http));
        routes.MapPost("/account/security/authenticator/remove", http => http.RequestServices.GetRequiredService<SecondFactorPages>().RemoveAuthenticatorAsync(http));
        routes.MapPost("/account/security/recovery-codes", http => http.RequestServices.GetRequiredService<SecondFactorPages>().MakeRecoveryCodesAsync(http));
        routes.MapGet(OwnPage.Profile.Path, http => http.RequestServices.GetRequiredService<ProfilePages>().GetAsync(http));
        routes.MapPost(OwnPage.Profile.Path, http => http.RequestServices.GetRequiredService<ProfilePages>().PostAsync(http));
        routes.MapGet(OwnPage.Everywhere.Path, http => http.RequestServices.GetRequiredService<EverywherePages>().GetAsync(http));
        routes.MapPost(OwnPage.Everywhere.Path, http => http.RequestServices.GetRequiredService<EverywherePages>().PostAsync(http));
    }
}
