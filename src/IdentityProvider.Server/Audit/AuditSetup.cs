using IdentityProvider.Server.Background;

namespace IdentityProvider.Server.Audit;

/// <summary>Registers the audit.</summary>
internal static class AuditSetup
{
    /// <summary>What commands need too.</summary>
    public static IServiceCollection AddAudit(this IServiceCollection services) => services.AddSingleton<AuditKey>().AddSingleton<AuditTrail>();

    /// <summary>What a server does besides: it numbers the lines.</summary>
    public static IServiceCollection AddAuditWork(this IServiceCollection services) => services
        .AddSingleton<AuditChaining>()
        .AddHostedService(provider => provider.GetRequiredService<AuditChaining>());
}
