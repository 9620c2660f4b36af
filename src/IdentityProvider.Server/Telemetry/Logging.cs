using System.Globalization;
using Serilog;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;
using Serilog.Formatting.Json;
using Serilog.Settings.Configuration;

namespace IdentityProvider.Server.Telemetry;

/// <summary>
/// Serilog behind the framework's ILogger: structured, on standard error, so that a command's standard output stays its own. The framework
/// adds the request id to each line of a request (<c>RequestId</c>, the same as the answer's header). The framework's own request lines are
/// off: they would carry queries, and queries carry codes.
/// </summary>
internal static class Logging
{
    private const string Line = "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {RequestId} {Message:lj}{NewLine}{Exception}";

    /// <summary>Lines for people in Development, JSON for machines elsewhere; the section <c>Serilog</c> sets levels.</summary>
    public static void AddIdpLogging(this ILoggingBuilder logging, IConfiguration configuration, bool forPeople)
    {
        logging.ClearProviders();
        logging.AddSerilog(Configure(configuration, forPeople), dispose: true);
    }

    /// <summary>A logger for what happens before there is a host.</summary>
    public static Microsoft.Extensions.Logging.ILogger Early() =>
        LoggerFactory.Create(logging => logging.AddIdpLogging(new ConfigurationBuilder().AddEnvironmentVariables().Build(), forPeople: true)).CreateLogger("IdentityProvider");

    private static Serilog.Core.Logger Configure(IConfiguration configuration, bool forPeople)
    {
        ITextFormatter format = forPeople
            ? new MessageTemplateTextFormatter(Line, CultureInfo.InvariantCulture)
            : new JsonFormatter(renderMessage: true, formatProvider: CultureInfo.InvariantCulture);
        return new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .ReadFrom.Configuration(configuration, new ConfigurationReaderOptions(typeof(ConsoleLoggerConfigurationExtensions).Assembly))
            // After the operator's levels and whatever they are: the framework's request lines carry queries.
            .MinimumLevel.Override("Microsoft.AspNetCore.Hosting.Diagnostics", LogEventLevel.Warning)
            .Enrich.FromLogContext()
            .WriteTo.Console(format, standardErrorFromLevel: LogEventLevel.Verbose)
            .CreateLogger();
    }
}
