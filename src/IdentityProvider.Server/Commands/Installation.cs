using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Database;
using IdentityProvider.Server.Diagnosis;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Mail;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;
using Serilog.Extensions.Logging;

namespace IdentityProvider.Server.Commands;

/// <summary>
/// What a command works on: the settings, the database with its schema current, and the few services that change it. No web host, so that a
/// command takes a moment. The embedded database is attached to where a server runs it, and started for the command's duration otherwise.
/// </summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly EmbeddedPostgres? _postgres;
    private readonly ServiceProvider _services;
    private readonly AsyncServiceScope _scope;

    private Installation(EmbeddedPostgres? postgres, ServiceProvider services)
    {
        _postgres = postgres;
        _services = services;
        _scope = services.CreateAsyncScope();
    }

    public Settings Settings => Get<Settings>();

    /// <summary>Of the database in use, the embedded one or the one in the settings.</summary>
    public string ConnectionString => _postgres?.ConnectionString ?? Settings.Database.ConnectionString!;

    public DateTimeOffset Now => Get<TimeProvider>().GetUtcNow();

    /// <summary>The settings, from where `idp serve` reads them too.</summary>
    /// <exception cref="SettingsException">A setting is wrong.</exception>
    public static Settings ReadSettings() => Settings.Load(Configuration(), IsDevelopment, ContentRoot);

    /// <summary>Opens the database.</summary>
    /// <param name="migrates">Whether its schema must be of this version, and is brought up to it where the settings say so; false leaves it as it is, and asks the database nothing.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="SettingsException">A setting is wrong.</exception>
    /// <exception cref="SchemaException">The schema is older, and bringing it up is somebody else's.</exception>
    /// <exception cref="EmbeddedPostgresException">The embedded database can't run.</exception>
    public static Task<Installation> OpenAsync(bool migrates, CancellationToken cancellation) => OpenAsync(ReadSettings(), migrates, cancellation);

    /// <summary>The same by these settings.</summary>
    internal static async Task<Installation> OpenAsync(Settings settings, bool migrates, CancellationToken cancellation)
    {
        EmbeddedPostgres? postgres = null;
        Installation? installation = null;
        try
        {
            if (settings.Database.IsEmbedded)
            {
                using var logging = LoggerFactory.Create(Quietly);
                postgres = await EmbeddedPostgres.StartAsync(
                    new(settings.Database.Directory), ClusterUser.Command, logging.CreateLogger<EmbeddedPostgres>(), cancellation);
            }

            installation = new(postgres, Services(settings, postgres?.ConnectionString ?? settings.Database.ConnectionString!, TimeProvider.System));
            if (migrates && settings.Database.MigratesAtStart)
                await installation.Get<Schema>().BringUpAsync(cancellation);
            else if (migrates)
                await installation.Get<Schema>().RequireCurrentAsync(cancellation);
            return installation;
        }
        catch
        {
            if (installation is not null)
                await installation.DisposeAsync();
            else if (postgres is not null)
                await postgres.DisposeAsync();
            throw;
        }
    }

    /// <summary>For what needs the model alone: no database is opened.</summary>
    public static Installation WithoutDatabase()
    {
        var settings = ReadSettings();
        return new(null, Services(settings, settings.Database.ConnectionString is { Length: > 0 } configured ? configured : "Host=localhost", TimeProvider.System));
    }

    /// <summary>On a database that runs, and by a clock that somebody has: for who starts no process for a command.</summary>
    public static Installation On(Settings settings, string connectionString, TimeProvider clock) => new(null, Services(settings, connectionString, clock));

    public T Get<T>()
        where T : notnull => _scope.ServiceProvider.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await _scope.DisposeAsync();
        await _services.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
    }

    private static bool IsDevelopment =>
        (Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT")) == Environments.Development;

    // The web host's own notion, so that both mean the same files.
    private static string ContentRoot => Environment.GetEnvironmentVariable("ASPNETCORE_CONTENTROOT") is { Length: > 0 } root ? root : Directory.GetCurrentDirectory();

    private static IConfiguration Configuration() => new ConfigurationBuilder()
        .SetBasePath(ContentRoot)
        .AddJsonFile("appsettings.json", optional: true)
        .AddJsonFile(IsDevelopment ? "appsettings.Development.json" : "appsettings.Production.json", optional: true)
        .AddEnvironmentVariables()
        .Build();

    private static ServiceProvider Services(Settings settings, string connectionString, TimeProvider clock) => new ServiceCollection()
        .AddLogging(Quietly)
        .AddSingleton(settings)
        .AddSingleton(clock)
        .AddSingleton<Entropy>()
        .AddIdpStorage(settings.Database.Provider, connectionString, settings.Database.Ways)
        .AddKeys()
        .AddAudit()
        .AddAccounts()
        .AddSingleton<Registry>()
        .AddSingleton<Outgoing>()
        .AddTokenReading()
        .AddMails()
        .AddOperations()
        .AddSingleton<KeysCheck>()
        .AddSingleton<RowsCheck>()
        .AddSingleton<Doctor>()
        .BuildServiceProvider();

    // A command's result is its output; of what happens beneath only what went wrong is worth a line.
    private static void Quietly(ILoggingBuilder logging)
    {
        logging.AddIdpLogging(Configuration(), forPeople: true);
        logging.AddFilter<SerilogLoggerProvider>(null, LogLevel.Warning);
        logging.AddFilter<SerilogLoggerProvider>("Microsoft", LogLevel.Critical); // its errors come as exceptions, and end the command with a line
    }
}
