using System.Data.Common;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace IdentityProvider.Storage;

/// <summary>Registers the storage.</summary>
public static class StorageSetup
{
    private const int Contexts = 128;
    private const int Retries = 5;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);

    // Besides deadlocks and broken connections, which the strategies retry by themselves: the server is being stopped, and another comes; and a migration
    // changed a column's type beneath a statement that was prepared ("cached plan must not change result type").
    private static readonly string[] TriedAgain =
        [PostgresErrorCodes.AdminShutdown, PostgresErrorCodes.CrashShutdown, PostgresErrorCodes.CannotConnectNow, PostgresErrorCodes.FeatureNotSupported];

    /// <summary>
    /// Registers one singleton for each noun, and ASP.NET Core Identity's stores for <see cref="User"/> and <see cref="Role"/>, on one database.
    /// What the connection string doesn't say has a default: automatic preparation, keep-alive, a bounded pool, and on SQL Server encryption.
    /// </summary>
    public static IServiceCollection AddIdpStorage(this IServiceCollection services, DatabaseProvider provider, string connectionString, DatabaseWays? ways = null)
    {
        ways ??= DatabaseWays.Straight;
        services.AddSingleton(ways);
        if (provider == DatabaseProvider.SqlServer)
        {
            var complete = Complete(
                new SqlConnectionStringBuilder { ApplicationName = "idp", Encrypt = SqlConnectionEncryptOption.Mandatory, ConnectTimeout = 10 },
                connectionString);
            services.AddPooledDbContextFactory<SqlServerDb>(
                options => Quietly(options).UseSqlServer(complete, o => o.EnableRetryOnFailure(Retries, LongestWait, null)), Contexts);
            services.AddSingleton<IDbContextFactory<IdpDb>, AnyOf<SqlServerDb>>();
        }
        else
        {
            services.AddPooledDbContextFactory<PostgresDb>(options => OnPostgres(options, connectionString, ways), Contexts);
            services.AddSingleton<IDbContextFactory<IdpDb>, AnyOf<PostgresDb>>();
        }

        services.AddScoped(s => s.GetRequiredService<IDbContextFactory<IdpDb>>().CreateDbContext());
        services.Configure<IdentityOptions>(IdpDb.WithPasskeys);
        new IdentityBuilder(typeof(User), typeof(Role), services).AddEntityFrameworkStores<IdpDb>();

        return services.AddNouns();
    }

    private static IServiceCollection AddNouns(this IServiceCollection services) => services
        .AddSingleton<AccountDeletion>()
        .AddSingleton<AccountLinks>()
        .AddSingleton<Attempts>()
        .AddSingleton<AuditEvents>()
        .AddSingleton<Overview>()
        .AddSingleton<AuditLedger>()
        .AddSingleton<AuthorizationCodes>()
        .AddSingleton<AuthorizationDetailsTypes>()
        .AddSingleton<Clients>()
        .AddSingleton<DecoupledRequests>()
        .AddSingleton<Dependents>()
        .AddSingleton<ExpiredRows>()
        .AddSingleton<Grants>()
        .AddSingleton<Groups>()
        .AddSingleton<IdempotentRequests>()
        .AddSingleton<KnownBrowsers>()
        .AddSingleton<Mailboxes>()
        .AddSingleton<Outbox>()
        .AddSingleton<Passkeys>()
        .AddSingleton<PushedRequests>()
        .AddSingleton<ReadOnlyDatabase>()
        .AddSingleton<RegistrationPolicies>()
        .AddSingleton<Registrations>()
        .AddSingleton<Resources>()
        .AddSingleton<RevokedTokens>()
        .AddSingleton<Roles>()
        .AddSingleton<Schema>()
        .AddSingleton<Search>()
        .AddSingleton<SecondFactors>()
        .AddSingleton<SecondFactorTries>()
        .AddSingleton<Sessions>()
        .AddSingleton<SignalEvents>()
        .AddSingleton<SignalStreams>()
        .AddSingleton<SigningKeys>()
        .AddSingleton<SignInEvents>()
        .AddSingleton<SpentIdentifiers>()
        .AddSingleton<StatusLists>()
        .AddSingleton<TokenFamilies>()
        .AddSingleton<Topics>()
        .AddSingleton<TrustedIssuers>()
        .AddSingleton<Upstreams>()
        .AddSingleton<UpstreamLinks>()
        .AddSingleton<TopicSignals>()
        .AddSingleton<Users>();

    /// <summary>The usual options, for another PostgreSQL than the one that holds everything.</summary>
    internal static DbContextOptionsBuilder<PostgresDb> OnPostgres(string connectionString, DatabaseWays ways)
    {
        var options = new DbContextOptionsBuilder<PostgresDb>();
        OnPostgres(options, connectionString, ways);
        return options;
    }

    // Behind a pooler the next transaction is another session's: what was prepared by name isn't there, and there is nothing to reset.
    private static void OnPostgres(DbContextOptionsBuilder options, string connectionString, DatabaseWays ways) => Quietly(options).UseNpgsql(
        Complete(
            new NpgsqlConnectionStringBuilder
            {
                ApplicationName = "idp",
                MaxAutoPrepare = ways.ThroughPooler ? 0 : 100,
                AutoPrepareMinUsages = 2,
                NoResetOnClose = ways.ThroughPooler,
                MaxPoolSize = 40,
                KeepAlive = 30,
                Timeout = 10,
                CommandTimeout = 15,
            },
            connectionString),
        o => o.EnableRetryOnFailure(Retries, LongestWait, TriedAgain));

    // A statement that fails is thrown, and logged by who catches it. Some fail as planned: a new database has no history of migrations, and
    // of nodes that insert the same key one is first. What is only counted, and no further than a bound, needs no order.
    private static DbContextOptionsBuilder Quietly(DbContextOptionsBuilder options) =>
        options.ConfigureWarnings(events => events.Ignore(RelationalEventId.CommandError, CoreEventId.SaveChangesFailed, CoreEventId.RowLimitingOperationWithoutOrderByWarning));

    /// <summary>The defaults, and over them each word of the operator's connection string.</summary>
    private static string Complete(DbConnectionStringBuilder defaults, string connectionString)
    {
        foreach (KeyValuePair<string, object> said in new DbConnectionStringBuilder { ConnectionString = connectionString })
            defaults[said.Key] = said.Value;
        return defaults.ConnectionString;
    }

    /// <summary>The pool of one database's contexts, for those who needn't know which.</summary>
    private sealed class AnyOf<TDb>(IDbContextFactory<TDb> pool) : IDbContextFactory<IdpDb>
        where TDb : IdpDb
    {
        public IdpDb CreateDbContext() => pool.CreateDbContext();

        public async Task<IdpDb> CreateDbContextAsync(CancellationToken cancellationToken = default) =>
            await pool.CreateDbContextAsync(cancellationToken);
    }
}
