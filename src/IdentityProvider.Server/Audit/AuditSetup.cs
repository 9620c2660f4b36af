using IdentityProvider.Server.Background;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Audit;

/// <summary>Registers the audit.</summary>
public static class AuditSetup
{
    /// <summary>What commands need too.</summary>
    public static IServiceCollection AddAudit(this IServiceCollection services) => services
        .AddSingleton<Measures>()
        .AddSingleton<AuditKey>()
        .AddSingleton<AuditTrail>()
        .AddSingleton<AuditTally>()
        .AddSingleton<AuditRetention>()
        .AddSingleton<AuditProof>()
        .AddSingleton<UnusedClients>();

    /// <summary>What a server does besides: it writes what it counted, and numbers the lines.</summary>
    public static IServiceCollection AddAuditWork(this IServiceCollection services) => services
        .AddSingleton<AuditStream>()
        .AddSingleton<AuditChaining>()
        .AddHostedService(provider => provider.GetRequiredService<AuditChaining>());
}
