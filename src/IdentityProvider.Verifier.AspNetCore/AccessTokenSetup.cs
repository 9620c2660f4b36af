using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace IdentityProvider.Verifier.AspNetCore;

/// <summary>Adds the scheme to an API.</summary>
public static class AccessTokenSetup
{
    /// <summary>
    /// Accepts the access tokens that these options describe, under <see cref="AccessTokenScheme.Name"/> or another name. Its HTTP client is that
    /// of the factory under the name <c>IdentityProvider.Verifier:{scheme}</c>, for whoever wants to give it a proxy or a handler of its own.
    /// </summary>
    public static AuthenticationBuilder AddAccessTokens(this AuthenticationBuilder authentication, VerifierOptions options, string scheme = AccessTokenScheme.Name)
    {
        ArgumentNullException.ThrowIfNull(authentication);
        ArgumentNullException.ThrowIfNull(options);
        var services = authentication.Services;
        var client = $"IdentityProvider.Verifier:{scheme}";
        services.AddHttpClient(client).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Brotli,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2), // an issuer that moves is found by its new address
        });
        services.AddKeyedSingleton(scheme, (provider, _) => new AccessTokenVerifier(
            options,
            () => provider.GetRequiredService<IHttpClientFactory>().CreateClient(client),
            provider.GetService<TimeProvider>()));
        services.AddSingleton<IHostedService>(provider => new AccessTokenStart(provider.GetRequiredKeyedService<AccessTokenVerifier>(scheme)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAuthorizationHandler, TokenRequirementCheck>());
        services.AddOptions<AccessTokenScheme>(scheme).Configure<IServiceProvider>((made, provider) => made.Verifier = provider.GetRequiredKeyedService<AccessTokenVerifier>(scheme));
        return authentication.AddScheme<AccessTokenScheme, AccessTokenAuthentication>(scheme, configureOptions: null);
    }
}
