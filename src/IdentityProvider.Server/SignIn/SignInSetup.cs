using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.SignIn;

/// <summary>Registers accounts and sign-in.</summary>
internal static class SignInSetup
{
    /// <summary>In characters.</summary>
    public const int ShortestPassword = 8;

    /// <summary>ASP.NET Core Identity's user manager with the settings that the server and its commands share.</summary>
    public static IServiceCollection AddAccounts(this IServiceCollection services)
    {
        services.AddIdentityCore<User>(options =>
        {
            options.Lockout.MaxFailedAccessAttempts = 5;
            options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);

            // Length is what counts, not composition (NIST SP 800-63B §3.1.1.2).
            options.Password = new PasswordOptions
            {
                RequiredLength = ShortestPassword,
                RequireDigit = false,
                RequireLowercase = false,
                RequireUppercase = false,
                RequireNonAlphanumeric = false,
                RequiredUniqueChars = 1,
            };
        }).AddRoles<Role>();

        // PBKDF2 with HMAC-SHA-512; the count that OWASP asks for.
        return services.Configure<PasswordHasherOptions>(options => options.IterationCount = 210_000);
    }

    public static IServiceCollection AddSignIn(this IServiceCollection services) => services
        .AddAccounts()
        .AddSingleton<BrowserSessions>()
        .AddSingleton<BrowserState>()
        .AddSingleton<PasswordHashing>()
        .AddSingleton<SignInHistory>()
        .AddSingleton<BrowserMemory>()
        .AddSingleton<PendingSignIns>()
        .AddSingleton<SignInTargets>()
        .AddSingleton<SignInFlow>()
        .AddScoped<PasswordSignIn>()
        .AddScoped<PasswordChange>();
}
