using System.Text.Json;

namespace IdentityProvider.Protocol.SharedSignals;

/// <summary>What a receiver must know of this server (SSF 1.0 §7.1).</summary>
public static class SharedSignalsMetadata
{
    public const string WellKnown = "/.well-known/ssf-configuration";

    /// <summary>The document, as UTF-8 JSON.</summary>
    public static byte[] Write(string issuer)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("spec_version", "1_0");
            json.WriteString("issuer", issuer);
            json.WriteString("jwks_uri", issuer + "/.well-known/jwks.json");
            json.WriteStartArray("delivery_methods_supported");
            json.WriteStringValue(StreamRules.Push);
            json.WriteStringValue(StreamRules.Poll);
            json.WriteEndArray();
            json.WriteString("configuration_endpoint", issuer + SharedSignalsApi.Streams);
            json.WriteString("status_endpoint", issuer + SharedSignalsApi.Status);
            json.WriteString("add_subject_endpoint", issuer + SharedSignalsApi.AddSubject);
            json.WriteString("remove_subject_endpoint", issuer + SharedSignalsApi.RemoveSubject);
            json.WriteString("verification_endpoint", issuer + SharedSignalsApi.Verification);
            json.WriteStartArray("authorization_schemes");
            json.WriteStartObject();
            json.WriteString("spec_urn", "urn:ietf:rfc:6749");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteString("default_subjects", "ALL");
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>A stream as its receiver reads it (SSF 1.0 §8.1.1). What goes along with pushes is told nobody.</summary>
    public static StreamConfiguration Of(SignalStream stream, string issuer)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new()
        {
            StreamId = stream.StreamId.ToString("N"),
            Iss = issuer,
            Aud = JsonSerializer.SerializeToElement(stream.ClientId, StreamJson.Default.String),
            Delivery = stream.IsPush
                ? new() { Method = StreamRules.Push, EndpointUrl = stream.EndpointUrl }
                : new() { Method = StreamRules.Poll, EndpointUrl = SharedSignalsApi.PollAddressOf(issuer, stream.StreamId) },
            EventsSupported = [.. SignalKinds.Supported.Select(SignalKinds.UriOf)],
            EventsRequested = stream.EventsRequested,
            EventsDelivered = [.. stream.Delivered.Select(SignalKinds.UriOf)],
            Description = stream.Description,
            MinVerificationInterval = (int)SignalStream.VerificationInterval.TotalSeconds,
        };
    }
}
