using System.Text.Json;
using System.Text.Json.Serialization;

namespace IdentityProvider.Protocol.SharedSignals;

/// <summary>A stream on the wire (SSF 1.0 §8.1.1), as a receiver writes it. A null member is absent.</summary>
public sealed record StreamConfiguration
{
    public string? StreamId { get; init; }

    public string? Iss { get; init; }

    /// <summary>A string or a list of them.</summary>
    public JsonElement? Aud { get; init; }

    public StreamDelivery? Delivery { get; init; }

    public IReadOnlyList<string>? EventsSupported { get; init; }

    public IReadOnlyList<string>? EventsRequested { get; init; }

    public IReadOnlyList<string>? EventsDelivered { get; init; }

    public string? Description { get; init; }

    /// <summary>Seconds.</summary>
    public int? MinVerificationInterval { get; init; }
}

/// <summary>How events get to the receiver (SSF 1.0 §6.1).</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record StreamDelivery
{
    public string? Method { get; init; }

    public string? EndpointUrl { get; init; }

    /// <summary>Goes along with each push, as it is.</summary>
    public string? AuthorizationHeader { get; init; }
}

/// <summary>A change of a stream's status, or what it is now (SSF 1.0 §8.1.2).</summary>
public sealed record StreamStatusDocument
{
    public string? StreamId { get; init; }

    public string? Status { get; init; }

    public string? Reason { get; init; }
}

/// <summary>Whom a receiver wants to hear of, or not (SSF 1.0 §8.1.3).</summary>
public sealed record SubjectRequest
{
    public string? StreamId { get; init; }

    public JsonElement? Subject { get; init; }

    public bool? Verified { get; init; }
}

/// <summary>A receiver tries its stream (SSF 1.0 §8.1.4.2).</summary>
public sealed record VerificationRequest
{
    public string? StreamId { get; init; }

    public string? State { get; init; }
}

/// <summary>What a receiver that fetches its events says (RFC 8936 §2.2).</summary>
public sealed record PollRequest
{
    public int? MaxEvents { get; init; }

    public bool? ReturnImmediately { get; init; }

    /// <summary>What it has, by <c>jti</c>.</summary>
    public IReadOnlyList<string>? Ack { get; init; }

    /// <summary>What it can't use, by <c>jti</c>, and why.</summary>
    public IReadOnlyDictionary<string, JsonElement>? SetErrs { get; init; }
}

/// <summary>Reads and writes what receivers send.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StreamConfiguration))]
[JsonSerializable(typeof(StreamStatusDocument))]
[JsonSerializable(typeof(SubjectRequest))]
[JsonSerializable(typeof(VerificationRequest))]
[JsonSerializable(typeof(string))]
public sealed partial class StreamJson : JsonSerializerContext;

/// <summary>The same where names are as RFC 8936 has them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PollRequest))]
public sealed partial class PollJson : JsonSerializerContext;
