namespace IdentityProvider.Server;

/// <summary>What goes to a collector: traces, metrics, and the log with the audit, which goes to standard error besides.</summary>
public sealed record TelemetrySettings
{
    /// <summary>An OpenTelemetry collector that takes OTLP over HTTP, such as <c>http://localhost:4318</c>; null for none.</summary>
    public string? OtlpEndpoint { get; init; }

    /// <summary>Of how many requests the trace is sent, from 0 for none to 1 for each. It is decided here, whatever the caller asks for.</summary>
    public double TraceRatio { get; init; } = 1;

    internal IEnumerable<string> Mistakes()
    {
        if (OtlpEndpoint is not null && !(Uri.TryCreate(OtlpEndpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0))
            yield return $"Idp:Telemetry:OtlpEndpoint must be an http or https URL, not '{OtlpEndpoint}'.";
        if (TraceRatio is not (>= 0 and <= 1))
            yield return "Idp:Telemetry:TraceRatio must be from 0 to 1.";
    }
}
