using System.Globalization;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Audit;

/// <summary>A line of the audit as JSON, the same wherever it goes: commands, exports, logs, the admin API.</summary>
internal static class AuditJson
{
    /// <summary>One line of JSON Lines, without its end.</summary>
    public static string Write(AuditEvent entry, long? sequence, byte[]? hash) => Document(new AuditLine(entry, sequence, hash)).ToJsonString();

    public static JsonObject Document(AuditLine line)
    {
        var entry = line.Event;
        return new JsonObject
        {
            ["id"] = entry.EventId.ToString("N"),
            ["at"] = entry.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
            ["action"] = entry.Action,
            ["actor_kind"] = entry.Actor.Kind.ToString().ToLowerInvariant(),
            ["actor"] = entry.Actor.Name,
            ["actor_client_id"] = entry.Actor.ClientId,
            ["target_kind"] = entry.Target.Kind,
            ["target"] = entry.Target.Id,
            ["address"] = entry.Address,
            ["device"] = entry.Device,
            ["request_id"] = entry.RequestId,
            ["before"] = Parse(entry.Before),
            ["after"] = Parse(entry.After),
            ["detail"] = Parse(entry.Detail),
            ["count"] = entry.Count,
            ["sequence"] = line.Sequence,
            ["hash"] = line.Hash is null ? null : Convert.ToHexStringLower(line.Hash),
        };
    }

    // A row that somebody changed may hold anything: it is shown as it is.
    private static JsonNode? Parse(string? json)
    {
        if (json is null)
            return null;
        try
        {
            return JsonNode.Parse(json);
        }
        catch (System.Text.Json.JsonException)
        {
            return JsonValue.Create(json);
        }
    }
}
