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
        ITextFormatter format = forPeople
            ? new MessageTemplateTextFormatter(Line, CultureInfo.InvariantCulture)
            : new JsonFormatter(renderMessage: true, formatProvider: CultureInfo.InvariantCulture);
        var logger = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information)
            .ReadFrom.Configuration(configuration, new ConfigurationReaderOptions(typeof(ConsoleLoggerConfigurationExtensions).Assembly))
            .Enrich.FromLogContext()
            .WriteTo.Console(format, standardErrorFromLevel: LogEventLevel.Verbose)
            .CreateLogger();
        logging.ClearProviders();
        logging.AddSerilog(logger, dispose: true);
    }
}
