using BenchmarkDotNet.Attributes;
using IdentityProvider.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Benchmarks.Allocations;

/// <summary>
/// <c>POST /token</c> for a client itself, through Kestrel and the whole pipeline, on the database that the environment names. What is allocated is counted in
/// the whole process; the connection that asks allocates nothing.
/// </summary>
public class ClientCredentials
{
    private WebApplication _app = null!;
    private PlainConnection _rs256 = null!;
    private PlainConnection _es256 = null!;
    private PlainConnection _metadata = null!;

    [GlobalSetup]
    public void Start()
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var settings = Settings.Load(configuration, isDevelopment: true, AppContext.BaseDirectory);
        _app = Hosting.Build(settings, settings.Database.ConnectionString!);
        Hosting.PrepareAsync(_app.Services, CancellationToken.None).GetAwaiter().GetResult();
        _app.StartAsync().GetAwaiter().GetResult();
        var address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        var authorization = configuration["Authorization"]!;
        _rs256 = PlainConnection.ToToken(address, authorization, "grant_type=client_credentials&scope=orders.read");
        _es256 = PlainConnection.ToToken(address, authorization, "grant_type=client_credentials&scope=es256.read");
        _metadata = PlainConnection.ToMetadata(address);
    }

    [GlobalCleanup]
    public void Stop()
    {
        _rs256.Dispose();
        _es256.Dispose();
        _metadata.Dispose();
        _app.StopAsync().GetAwaiter().GetResult();
    }

    [Benchmark]
    public int Rs256() => _rs256.Ask();

    [Benchmark]
    public int Es256() => _es256.Ask();

    [Benchmark]
    public int Metadata() => _metadata.Ask();
}
