using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Admin.Api;
using IdentityProvider.Server.Admin.Console;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Database;
using IdentityProvider.Server.Endpoints;
using IdentityProvider.Server.Endpoints.Authorize;
using IdentityProvider.Server.Endpoints.Logout;
using IdentityProvider.Server.Endpoints.Metadata;
using IdentityProvider.Server.Endpoints.PushedAuthorization;
using IdentityProvider.Server.Endpoints.Registration;
using IdentityProvider.Server.Endpoints.SessionManagement;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Mail;
using IdentityProvider.Server.Pages;
using IdentityProvider.Server.SharedSignals;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Status;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server;

/// <summary>The web host: which services there are and which endpoints stand where. Tests build the same one.</summary>
public static class Hosting
{
    /// <summary>Builds the server on a database that is already there.</summary>
    /// <param name="settings">Validated settings.</param>
    /// <param name="connectionString">The database's; an embedded one has been started before.</param>
    /// <param name="configure">What a caller replaces: a test its clock and its address.</param>
    public static WebApplication Build(Settings settings, string connectionString, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = settings.IsDevelopment ? "Development" : "Production" });
        builder.Logging.AddIdpLogging(builder.Configuration, forPeople: settings.IsDevelopment);
        OtlpExport.Add(builder, settings.Telemetry);
        builder.WebHost.ConfigureKestrel(kestrel => ConnectionLimits.Apply(kestrel, settings.Connections));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https =>
        {
            TransportSecurity.Limit(https);
            ClientCertificates.Ask(https, settings);
        }));

        // A certificate for TLS without a proxy in front is Kestrel's own setting, Kestrel:Certificates:Default.
        builder.WebHost.UseKestrelHttpsConfiguration();
        if (builder.Configuration["urls"] is null && Uri.TryCreate(settings.Issuer, UriKind.Absolute, out var issuer))
            builder.WebHost.UseUrls(issuer.IsLoopback ? issuer.GetLeftPart(UriPartial.Authority) : "http://*:8080");

        builder.Services.AddDrain(settings.Shutdown).AddSingleton(settings);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<Entropy>();
        builder.Services.AddSingleton<Outgoing>();
        builder.Services.AddSingleton<Pace>();
        builder.Services.AddIdpStorage(settings.Database.Provider, connectionString, settings.Database.Ways);
        builder.Services.AddRegistry();
        builder.Services.AddSignIn();
        builder.Services.AddPages();
        builder.Services.AddMetadata();
        builder.Services.AddAuthorize();
        builder.Services.AddPushedAuthorization();
        builder.Services.AddLogout().AddSessionManagement();
        builder.Services.AddKeys();
        builder.Services.AddKeyRotation();
        builder.Services.AddStatus();
        builder.Services.AddAudit().AddAuditWork();
        builder.Services.AddHostedService<Pruning>();
        builder.Services.AddMail();
        builder.Services.AddOperations().AddAdminApi().AddConsole();
        builder.Services.AddDelivery();
        builder.Services.AddTokenEndpoints();
        builder.Services.AddRegistration();
        builder.Services.AddClientDocuments();
        configure?.Invoke(builder);
        builder.Services.KeepNoDataProtectionKeys();

        var app = builder.Build();
        app.UseForwarding(settings);
        app.UseRequestPipeline(settings);
        app.MapHealth();
        app.MapMetadata();
        app.MapJwks();
        app.MapStatus();
        app.MapPages();
        app.MapAuthorize();
        app.MapPushedAuthorization();
        app.MapLogout();
        app.MapSessionManagement();
        app.MapTokenEndpoints();
        app.MapRegistration(settings);
        app.MapAdminApi();
        app.MapSharedSignals();
        app.MapConsole();
        return app;
    }

    /// <summary>
    /// Reads the settings, starts the database where it is ours, and serves until the process is told to stop.
    /// </summary>
    /// <exception cref="SettingsException">A setting is wrong.</exception>
    /// <exception cref="EmbeddedPostgresException">The embedded database can't run.</exception>
    public static async Task ServeAsync(Settings settings, CancellationToken cancellation)
    {
        await using var database = settings.Database.IsEmbedded
            ? await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions(settings.Database.Directory), ClusterUser.Server, Logging.Early(), cancellation)
            : null;
        await using var app = Build(settings, database?.ConnectionString ?? settings.Database.ConnectionString!);
        await PrepareAsync(app.Services, cancellation);
        Log.Serving(app.Logger, settings.Issuer);
        app.Services.GetRequiredService<MailTransport>().Announce(app.Logger);
        await app.RunAsync(cancellation);
    }

    /// <summary>
    /// What must be true before the host starts: the schema is current, there is a key that signs and can be read, and what was revoked is known.
    /// </summary>
    /// <exception cref="KeyException">The master key is absent or not the one of this database.</exception>
    /// <exception cref="SchemaException">The schema is older than this version, and `idp database migrate` has to be run.</exception>
    public static async Task PrepareAsync(IServiceProvider services, CancellationToken cancellation)
    {
        if (services.GetRequiredService<Settings>().Database.MigratesAtStart)
            await services.GetRequiredService<Schema>().BringUpAsync(cancellation);
        else
            await services.GetRequiredService<Schema>().RequireCurrentAsync(cancellation);
        await services.GetRequiredService<KeyRing>().RenewAsync(cancellation);
        await services.GetRequiredService<PublishedStatusLists>().FollowAsync(cancellation);
    }

    private static void AddRegistry(this IServiceCollection services)
    {
        services.AddSingleton<Registry>();
        services.AddSingleton<ClientKeyFetch>();
        services.AddSingleton<ClientKeys>();
        services.AddSingleton<ClientCertificates>();
        services.AddSingleton<AnswerEncryption>();
        services.AddSingleton<SectorIdentifiers>();
        services.AddSingleton(provider => Forgetting(provider, "clients", registry => registry.ForgetClients()));
        services.AddSingleton(provider => Forgetting(provider, "resources", registry => registry.ForgetResources()));
        services.AddSingleton(provider => Forgetting(provider, Topic.AuthorizationDetailsTypes, registry => registry.ForgetDetailsTypes()));
        services.AddSingleton<TopicWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<TopicWatch>());
        services.AddHostedService<TopicListening>();
    }

    private static void AddDelivery(this IServiceCollection services) => services
        .AddSharedSignals()
        .AddSingleton<MessageDelivery>()
        .AddSingleton<OutboxDelivery>()
        .AddHostedService(provider => provider.GetRequiredService<OutboxDelivery>());

    private static void AddClientDocuments(this IServiceCollection services) => services
        .AddSingleton<ClientDocumentFetch>()
        .AddSingleton<KeptDocuments>()
        .AddSingleton<ClientDocuments>()
        .AddSingleton<ClientUse>()
        .AddHostedService(provider => provider.GetRequiredService<ClientUse>());

    private static TopicListener Forgetting(IServiceProvider provider, string topic, Action<Registry> forget) =>
        new(topic, $"registry:{topic}", _ =>
        {
            forget(provider.GetRequiredService<Registry>());
            return Task.CompletedTask;
        });
}
