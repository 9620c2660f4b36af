using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.SignIn;

/// <summary>Registers accounts and sign-in.</summary>
internal static class SignInSetup
{
    /// <summary>ASP.NET Core Identity's user manager with the settings that the server and its commands share.</summary>
    public static IServiceCollection AddAccounts(this IServiceCollection services)
    {
        services.AddIdentityCore<User>(options =>
        {
            options.User.AllowedUserNameCharacters = EmailAddress.Alphabet;

            // PasswordAcceptance decides; this is what Identity itself still looks at.
            options.Password = new PasswordOptions
            {
                RequiredLength = PasswordRules.Shortest,
                RequireDigit = false,
                RequireLowercase = false,
                RequireUppercase = false,
                RequireNonAlphanumeric = false,
                RequiredUniqueChars = 1,
            };
        }).AddRoles<Role>().AddUserValidator<NameIsNobodysAddress>();

        return services
            .Configure<PasswordHasherOptions>(options => options.IterationCount = AccountPasswordHasher.Rounds)
            .AddSingleton<IPasswordHasher<User>, AccountPasswordHasher>()
            .AddSingleton<PasswordHashing>()
            .AddSingleton<PasswordAcceptance>()
            .AddSingleton<BreachedPasswords>()
            .AddSingleton<SignInHistory>();
    }

    public static IServiceCollection AddSignIn(this IServiceCollection services) => services
        .AddAccounts()
        .AddSingleton<BrowserSessions>()
        .AddSingleton<BrowserState>()
        .AddSingleton<SignInLimits>()
        .AddSingleton<SignInTraces>()
        .AddSingleton<BrowserMemory>()
        .AddSingleton<PendingSignIns>()
        .AddSingleton<SignInTargets>()
        .AddSingleton<SignInFlow>()
        .AddSingleton<RelyingParty>()
        .AddSingleton<PasskeyChallenges>()
        .AddScoped<PasskeySignIn>()
        .AddScoped<PasskeyRegistration>()
        .AddScoped<AccountPasskeys>()
        .AddSingleton<RecoveryCodes>()
        .AddSingleton<Authenticators>()
        .AddSingleton<AuthenticatorSetup>()
        .AddSingleton<SecondFactorCheck>()
        .AddScoped<PasswordSignIn>()
        .AddScoped<PasswordChange>();
}
