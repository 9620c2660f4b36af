using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IdentityProvider.Server.Tests;

/// <summary>A whole server in this process: Kestrel on loopback, a PostgreSQL database of its own, and a clock that the test moves.</summary>
public sealed class TestServer : IAsyncDisposable
{
    public const string Issuer = "http://localhost:8080";

    private readonly WebApplication _app;

    private TestServer(WebApplication app, TestClock clock, Uri address)
    {
        _app = app;
        Clock = clock;
        Address = address;
        Http = NewBrowser();
    }

    public TestClock Clock { get; }

    /// <summary>Where it really listens; the issuer stays what the settings say.</summary>
    public Uri Address { get; }

    /// <summary>Follows no redirect; its cookies are those of one browser.</summary>
    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts a server on a new database, or as another node on the database of <paramref name="beside"/>.</summary>
    /// <param name="beside">The server whose database it shares.</param>
    /// <param name="change">Other settings.</param>
    /// <param name="at">Where its clock stands, for a test with programs that have the machine's; its keys are made then.</param>
    /// <param name="listen">Where it listens, if not in clear on loopback.</param>
    /// <param name="replace">Services that stand in for its own.</param>
    /// <param name="way">Another way to its database, such as through a pooler.</param>
    public static async Task<TestServer> StartAsync(
        TestServer? beside = null, Func<Settings, Settings>? change = null, DateTimeOffset? at = null, Action<KestrelServerOptions>? listen = null, Action<IServiceCollection>? replace = null, Func<string, string>? way = null)
    {
        var database = beside?.ConnectionString ?? await (at is null ? TestCluster.NewDatabaseAsync() : TestCluster.NewEmptyDatabaseAsync());
        var settings = SettingsFor(database);
        settings = settings with { Mail = settings.Mail with { Folder = TestCluster.MailFolderOf(database) } };
        var clock = beside?.Clock ?? (at is { } now ? new TestClock(now) : new TestClock());
        var app = Hosting.Build(change?.Invoke(settings) ?? settings, way?.Invoke(database) ?? database, builder =>
        {
            if (listen is null)
                builder.WebHost.UseUrls("http://127.0.0.1:0");
            else
                builder.WebHost.ConfigureKestrel(listen);
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock));
            replace?.Invoke(builder.Services);
        });
        await Hosting.PrepareAsync(app.Services, TestContext.Current.CancellationToken);
        await app.StartAsync(TestContext.Current.CancellationToken);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new TestServer(app, clock, new Uri(address)) { ConnectionString = database };
    }

    /// <summary>The settings of a development server on a database.</summary>
    internal static Settings SettingsFor(string connectionString)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Idp:Issuer"] = Issuer,
            ["Idp:Database:ConnectionString"] = connectionString,
            ["Idp:Keys:MasterKeyFile"] = TestCluster.MasterKeyFile,
        }).Build();
        return Settings.Load(configuration, isDevelopment: true, AppContext.BaseDirectory);
    }

    /// <summary>The database, for a second node or for a look at what lies in it.</summary>
    public string ConnectionString { get; private init; } = "";

    /// <summary>A browser that has never been here.</summary>
    public HttpClient NewBrowser() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer(), UseCookies = true }) { BaseAddress = Address };

    /// <summary>For who knows this server by its issuer alone: that name leads to where it really listens.</summary>
    public HttpClient NewHttpOfIssuer() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(Address.Host, Address.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
