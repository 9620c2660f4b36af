using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Server.Background;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IdentityProvider.Server.Keys;

/// <summary>Registers the keys.</summary>
public static class KeySetup
{
    /// <summary>The master key, what is derived from it, the ring and its operations: what commands need too. Nothing is read before it is asked for.</summary>
    public static IServiceCollection AddKeys(this IServiceCollection services)
    {
        services.AddSingleton(provider => LoadMasterKey(provider));
        services.AddSingleton(provider => new SubjectIdentifiers(provider.GetRequiredService<MasterKey>().Derive("pairwise-subject", 32)));
        services.AddSingleton(provider => Schedule(provider.GetRequiredService<Settings>()));
        services.AddSingleton<KeyRing>();
        services.AddSingleton<KeyOperations>();
        services.Replace(ServiceDescriptor.Singleton<IDataProtectionProvider, MasterKeyDataProtection>());
        return services;
    }

    /// <summary>What a server does besides: rotation, and following what other nodes and commands change.</summary>
    public static IServiceCollection AddKeyRotation(this IServiceCollection services)
    {
        services.AddHostedService<KeyRotation>();
        services.AddSingleton(provider => new TopicListener(Topic.Keys, "key ring", provider.GetRequiredService<KeyRing>().FollowAsync));
        return services;
    }

    /// <summary>
    /// Whatever uses the framework's data protection brings along work at start that makes a key ring in the home directory. Ours keeps
    /// nothing, so that work goes; called when everything else was registered.
    /// </summary>
    public static void KeepNoDataProtectionKeys(this IServiceCollection services)
    {
        var framework = typeof(KeyManagementOptions).Assembly;
        foreach (var warmUp in services.Where(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType?.Assembly == framework).ToList())
            services.Remove(warmUp);
    }

    /// <summary>The schedule of the settings. A short announce lead, as tests have it, leaves room for a smaller skew only.</summary>
    internal static KeySchedule Schedule(Settings settings)
    {
        var lead = settings.Keys.AnnounceLead;
        var skew = lead / 4 < KeySettings.ClockSkew ? lead / 4 : KeySettings.ClockSkew;
        return new KeySchedule(
            settings.Keys.RotationInterval, lead, settings.Keys.JwksMaxAge, skew, Resource.LongestAccessTokenLifetime, settings.Sessions.AbsoluteLimit);
    }

    private static MasterKey LoadMasterKey(IServiceProvider provider)
    {
        var settings = provider.GetRequiredService<Settings>();
        var logger = provider.GetRequiredService<ILoggerFactory>().CreateLogger<MasterKey>();
        return MasterKeyFile.Load(settings.Keys.MasterKeyFile, settings.IsDevelopment, provider.GetRequiredService<Entropy>(), logger);
    }
}
