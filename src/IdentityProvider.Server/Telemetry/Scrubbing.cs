using System.Collections.Frozen;
using System.Diagnostics;
using OpenTelemetry;

namespace IdentityProvider.Server.Telemetry;

/// <summary>
/// Takes out of the framework's spans what callers choose: the path, the query, the host that they named, their agent. It comes when a span has ended and
/// before it is sent, since the framework adds to it until then; what isn't known to be harmless goes.
/// </summary>
internal sealed class Scrubbing : BaseProcessor<Activity>
{
    private static readonly FrozenDictionary<string, FrozenSet<string>> Told = new Dictionary<string, FrozenSet<string>>(StringComparer.Ordinal)
    {
        ["Microsoft.AspNetCore"] = Set(
            "http.request.method", "http.route", "http.response.status_code", "url.scheme", "network.protocol.version", "error.type", "idp.grant_type", "idp.refusal", "idp.request_id"),
        ["System.Net.Http"] = Set("http.request.method", "http.response.status_code", "server.address", "server.port", "url.scheme", "network.protocol.version", "error.type"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public override void OnEnd(Activity data)
    {
        if (!Told.TryGetValue(data.Source.Name, out var told))
            return;
        foreach (var (name, _) in data.TagObjects.Where(tag => !told.Contains(tag.Key)).ToList())
            data.SetTag(name, null);
    }

    private static FrozenSet<string> Set(params string[] names) => names.ToFrozenSet(StringComparer.Ordinal);
}
