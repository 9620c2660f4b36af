using IdentityProvider.Server.Audit;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Serilog.Extensions.Logging;

namespace IdentityProvider.Server.Telemetry;

/// <summary>
/// Traces, metrics and logs to a collector (OTLP over HTTP), from what the framework, the database's driver and this server measure by themselves. Headers
/// that a collector wants come from the environment, as OpenTelemetry names it: <c>OTEL_EXPORTER_OTLP_HEADERS</c>.
/// </summary>
internal sealed class OtlpExport(TelemetrySettings settings, Entropy entropy, Observations observations) : IHostedService, IDisposable
{
    /// <summary>Whose spans are sent: the framework's of requests and of calls to others, the driver's of statements (their text; never a value), and ours.</summary>
    public static IReadOnlyList<string> Sources { get; } = ["Microsoft.AspNetCore", "System.Net.Http", "Npgsql", Measures.Name];

    /// <summary>Whose figures are sent.</summary>
    public static IReadOnlyList<string> Meters { get; } =
        ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", "Npgsql", Measures.Name];

    private readonly Observations _observations = observations; // what it made is read as long as it lives
    private TracerProvider? _tracer;
    private MeterProvider? _meter;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var resource = ResourceBuilder.CreateDefault()
            .AddService("idp", serviceVersion: typeof(OtlpExport).Assembly.GetName().Version?.ToString(3), serviceInstanceId: entropy.NewId().ToString())
            .AddTelemetrySdk().AddEnvironmentVariableDetector();
        _tracer = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).SetSampler(Sampler(settings.TraceRatio))
            .AddSource([.. Sources]).AddProcessor(new Scrubbing()).AddOtlpExporter(exporter => Send(exporter, settings, "traces")).Build();
        _meter = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)
            .AddMeter([.. Meters]).AddOtlpExporter(exporter => Send(exporter, settings, "metrics")).Build();
        return Task.CompletedTask;
    }

    /// <summary>Sends what is left. It is the first to start and so the last to stop.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _tracer?.Dispose();
        _meter?.Dispose();
        GC.KeepAlive(_observations);
    }

    /// <summary>Registers what is sent, before everything else that starts.</summary>
    public static void Add(WebApplicationBuilder builder, TelemetrySettings settings)
    {
        AddLogs(builder.Logging, settings);
        if (settings.OtlpEndpoint is null)
            return;
        builder.Services
            .AddSingleton(settings)
            .AddSingleton<KeyFigures>()
            .AddSingleton<Observations>()
            .AddHostedService<OtlpExport>()
            .AddSingleton<OutboxWatch>()
            .AddHostedService(provider => provider.GetRequiredService<OutboxWatch>());
    }

    // With the log the audit goes, line by line in a category of its own; the console has the one without the other.
    private static void AddLogs(ILoggingBuilder logging, TelemetrySettings settings)
    {
        logging.AddFilter<SerilogLoggerProvider>(AuditStream.Category, LogLevel.None);
        if (settings.OtlpEndpoint is null)
            return;
        logging.AddFilter<OpenTelemetryLoggerProvider>("Microsoft", LogLevel.Warning); // the framework's request lines carry queries
        logging.AddOpenTelemetry(options =>
        {
            options.IncludeFormattedMessage = true;
            options.ParseStateValues = true;
            options.SetResourceBuilder(ResourceBuilder.CreateDefault().AddService("idp"));
            options.AddOtlpExporter(exporter => Send(exporter, settings, "logs"));
        });
    }

    // Whoever calls may say that their trace is wanted or isn't; here it is this server's own decision.
    private static ParentBasedSampler Sampler(double ratio)
    {
        var own = new TraceIdRatioBasedSampler(ratio);
        return new ParentBasedSampler(own, remoteParentSampled: own, remoteParentNotSampled: own);
    }

    private static void Send(OtlpExporterOptions exporter, TelemetrySettings settings, string signal)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = new Uri($"{settings.OtlpEndpoint!.TrimEnd('/')}/v1/{signal}");
    }
}
