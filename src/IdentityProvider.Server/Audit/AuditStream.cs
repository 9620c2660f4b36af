using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Audit;

/// <summary>The audit as a stream of log records, in a category of its own: with its number and hash each, so that who keeps them elsewhere can prove what the rows were.</summary>
internal sealed class AuditStream(ILoggerFactory loggers)
{
    /// <summary>The category. The console leaves it out, since the log tells of the same in its own words.</summary>
    public const string Category = "IdentityProvider.Audit";

    private readonly ILogger _log = loggers.CreateLogger(Category);

    /// <summary>Sends a line that has its place in the chain.</summary>
    public void Send(ChainedEvent link)
    {
        if (!_log.IsEnabled(LogLevel.Information))
            return;
        Log.Audited(_log, link.Event.Action, link.Sequence, AuditJson.Write(link.Event, link.Sequence, link.Hash));
    }
}
