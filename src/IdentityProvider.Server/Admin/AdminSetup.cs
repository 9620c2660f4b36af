using IdentityProvider.Server.Admin.AsCode;
using IdentityProvider.Server.Admin.Import;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Upstream;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IdentityProvider.Server.Admin;

/// <summary>Registers the operations, once for commands and server alike: what they change, they change in the same way.</summary>
internal static class AdminSetup
{
    public static IServiceCollection AddOperations(this IServiceCollection services)
    {
        services.TryAddSingleton<SectorIdentifiers>();
        services.TryAddSingleton<UpstreamCredentials>();
        services.TryAddSingleton<RecoveryCodes>();
        services.TryAddSingleton<Authenticators>();
        return services
            .AddSingleton<Desk>()
            .AddSingleton<ResourceOperations>()
            .AddSingleton<ClientOperations>()
            .AddSingleton<SnippetOperations>()
            .AddSingleton<AccountStore>()
            .AddSingleton<GivenPasswords>()
            .AddScoped<UserDocuments>()
            .AddScoped<UserOperations>()
            .AddScoped<LinkOperations>()
            .AddScoped<InvitationOperations>()
            .AddScoped<RoleOperations>()
            .AddScoped<GroupOperations>()
            .AddSingleton<SessionOperations>()
            .AddSingleton<TokenOperations>()
            .AddScoped<TokenInspections>()
            .AddSingleton<AuditExports>()
            .AddSingleton<SigningKeyOperations>()
            .AddSingleton<KeyConsequences>()
            .AddSingleton<OutboxOperations>()
            .AddSingleton<RestoreOperations>()
            .AddSingleton<SignalStreamOperations>()
            .AddSingleton<TrustedIssuerOperations>()
            .AddSingleton<DetailsTypeOperations>()
            .AddSingleton<RegistrationPolicyOperations>()
            .AddScoped<UpstreamOperations>()
            .AddSingleton<SearchOperations>()
            .AddSingleton<ResourceEntries>()
            .AddScoped<RoleEntries>()
            .AddScoped<GroupEntries>()
            .AddSingleton<ClientEntries>()
            .AddScoped<ConfigurationOperations>()
            .AddScoped<PersonImport>()
            .AddSingleton<PeopleImport>()
            .AddScoped<ImportOperations>();
    }
}
