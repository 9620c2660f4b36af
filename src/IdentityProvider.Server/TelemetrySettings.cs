namespace IdentityProvider.Server;

/// <summary>Where the log, and with it the audit, goes besides standard error.</summary>
public sealed record TelemetrySettings
{
    /// <summary>An OpenTelemetry collector that takes OTLP over HTTP, such as <c>http://localhost:4318</c>; null for none.</summary>
    public string? OtlpEndpoint { get; init; }

    internal IEnumerable<string> Mistakes()
    {
        if (OtlpEndpoint is not null && !(Uri.TryCreate(OtlpEndpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0))
            yield return $"Idp:Telemetry:OtlpEndpoint must be an http or https URL, not '{OtlpEndpoint}'.";
    }
}
