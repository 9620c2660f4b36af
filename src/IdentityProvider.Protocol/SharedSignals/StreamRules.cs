using System.Text;
using System.Text.Json;

namespace IdentityProvider.Protocol.SharedSignals;

/// <summary>What a receiver may make of a stream (SSF 1.0 §8.1.1).</summary>
public static class StreamRules
{
    /// <summary>The method's name where events are pushed (SSF 1.0 §6.1.1).</summary>
    public const string Push = "urn:ietf:rfc:8935";

    /// <summary>The one where they are fetched (SSF 1.0 §6.1.2).</summary>
    public const string Poll = "urn:ietf:rfc:8936";

    public const int LongestDescription = 200;
    public const int LongestAuthorization = 1000;
    public const int LongestState = 1000;
    public const int LongestType = 200;
    public const int MostTypes = 50;

    /// <summary>A stream's identifier; null where the text is none.</summary>
    public static Guid? IdOf(string? text) => Guid.TryParseExact(text, "N", out var id) ? id : null;

    public static Validated<StreamConfiguration> Read(ReadOnlySpan<byte> body) => MetadataJson.Read(body, StreamJson.Default.StreamConfiguration);

    /// <summary>A new stream (§8.1.1.1).</summary>
    public static Validated<StreamPlan> Create(StreamConfiguration asked)
    {
        ArgumentNullException.ThrowIfNull(asked);

        // 1. What is ours to say isn't there yet.
        if (OursIn(asked) is { } said)
            return new MetadataError(said, "is this server's to say");

        // 2. Delivered in one of two ways; by polling, where it says nothing.
        if (RefuseDelivery(asked.Delivery ?? new() { Method = Poll }, poll: null) is { } wrong)
            return wrong;
        return Plan(asked, asked.Delivery, standing: null);
    }

    /// <summary>Some members of a stream, the rest as it stands (§8.1.1.3).</summary>
    public static Validated<StreamPlan> Change(StreamConfiguration asked, SignalStream standing, string issuer)
    {
        ArgumentNullException.ThrowIfNull(asked);
        ArgumentNullException.ThrowIfNull(standing);

        // 1. What is ours to say is what we say.
        if (RefuseOurs(asked, standing, issuer) is { } other)
            return other;

        // 2. The delivery, where it is named, is named whole.
        if (asked.Delivery is { } delivery && RefuseDelivery(delivery, SharedSignalsApi.PollAddressOf(issuer, standing.StreamId)) is { } wrong)
            return wrong;
        return Plan(asked, asked.Delivery, standing);
    }

    /// <summary>All that a receiver says of a stream, anew (§8.1.1.4): what isn't there is gone.</summary>
    public static Validated<StreamPlan> Replace(StreamConfiguration asked, SignalStream standing, string issuer)
    {
        ArgumentNullException.ThrowIfNull(asked);
        ArgumentNullException.ThrowIfNull(standing);

        // 1. As above.
        if (RefuseOurs(asked, standing, issuer) is { } other)
            return other;

        // 2. No stream is without a delivery.
        if (asked.Delivery is not { } delivery)
            return new MetadataError("delivery", "must be given");
        if (RefuseDelivery(delivery, SharedSignalsApi.PollAddressOf(issuer, standing.StreamId)) is { } wrong)
            return wrong;
        return Plan(asked, delivery, standing: null);
    }

    /// <summary>A stream's status (§8.1.2.2).</summary>
    public static Validated<StatusChange> ReadStatus(ReadOnlySpan<byte> body)
    {
        var read = MetadataJson.Read(body, StreamJson.Default.StreamStatusDocument);
        if (read is not Validated<StreamStatusDocument>.Valid { Value: var asked })
            return ((Validated<StreamStatusDocument>.Invalid)read).Error;
        return DecideStatus(asked.Status, asked.Reason) switch
        {
            Validated<StatusChange>.Valid { Value: var change } => Validated.Of(change with { StreamId = IdOf(asked.StreamId) }),
            var invalid => invalid,
        };
    }

    /// <summary>The same of an operator, who names the stream elsewhere.</summary>
    public static Validated<StatusChange> DecideStatus(string? status, string? reason)
    {
        if (reason is not null && !PlainText.IsPlain(reason, LongestDescription))
            return new MetadataError("reason", $"must be plain text of at most {LongestDescription} characters");
        var found = Enum.GetValues<StreamStatus>().Where(known => NameOf(known) == status).ToList();
        return found.Count == 1 ? Validated.Of(new StatusChange(null, found[0], reason)) : new MetadataError("status", "must be enabled, paused or disabled");
    }

    /// <summary>A verification (§8.1.4.2).</summary>
    public static Validated<VerificationRequest> ReadVerification(ReadOnlySpan<byte> body)
    {
        var read = MetadataJson.Read(body, StreamJson.Default.VerificationRequest);
        return read is Validated<VerificationRequest>.Valid { Value.State: { } state } && (state.Length > LongestState || !IsKeepable(state))
            ? new MetadataError("state", $"must be at most {LongestState} characters")
            : read;
    }

    /// <summary>As the wire has it.</summary>
    public static string NameOf(StreamStatus status) => status switch
    {
        StreamStatus.Enabled => "enabled",
        StreamStatus.Paused => "paused",
        _ => "disabled",
    };

    private static Validated<StreamPlan> Plan(StreamConfiguration asked, StreamDelivery? delivery, SignalStream? standing)
    {
        // 3. A few types, by their addresses. Those that there are not are kept and left alone (§8.1.1).
        var requested = asked.EventsRequested ?? standing?.EventsRequested ?? [];
        if (requested.Count > MostTypes || requested.Any(type => type.Length > LongestType || !WebUris.IsAbsolute(type)))
            return new MetadataError("events_requested", $"must be at most {MostTypes} URIs of at most {LongestType} characters");

        // 4. Words for people.
        if (asked.Description is { } description && !PlainText.IsPlain(description, LongestDescription))
            return new MetadataError("description", $"must be plain text of at most {LongestDescription} characters");
        var keeps = delivery is null && standing is not null;
        return Validated.Of(new StreamPlan(
            keeps ? standing!.EndpointUrl : delivery?.Method == Push ? delivery.EndpointUrl : null,
            keeps,
            delivery?.AuthorizationHeader,
            [.. requested.Distinct(StringComparer.Ordinal)],
            SignalKinds.Among(requested),
            asked.Description ?? standing?.Description));
    }

    private static MetadataError? RefuseDelivery(StreamDelivery delivery, string? poll) => delivery switch
    {
        { Method: Poll, AuthorizationHeader: not null } => new("delivery", "has an authorization_header for pushing alone"),
        { Method: Poll, EndpointUrl: null } => null,
        { Method: Poll, EndpointUrl: var url } => url == poll ? null : new("delivery", "has an endpoint_url that is this server's to say"),
        { Method: Push, EndpointUrl: var url } when url is null || !WebUris.IsSecure(url) || url.Contains('#', StringComparison.Ordinal) =>
            new("delivery", "must have an endpoint_url: an https address without a fragment"),
        { Method: Push, AuthorizationHeader: { } header } when !IsHeader(header) =>
            new("delivery", $"must have an authorization_header of 1 to {LongestAuthorization} printable ASCII characters, or none"),
        { Method: Push } => null,
        _ => new("delivery", $"must have the method {Push} or {Poll}"),
    };

    private static bool IsHeader(string text) => text.Length is > 0 and <= LongestAuthorization && text.All(c => c is >= ' ' and <= '~') && text.Trim() == text;

    private static string? OursIn(StreamConfiguration asked) => asked switch
    {
        { StreamId: not null } => "stream_id",
        { Iss: not null } => "iss",
        { Aud: not null } => "aud",
        { EventsSupported: not null } => "events_supported",
        { EventsDelivered: not null } => "events_delivered",
        { MinVerificationInterval: not null } => "min_verification_interval",
        _ => null,
    };

    private static MetadataError? RefuseOurs(StreamConfiguration asked, SignalStream standing, string issuer)
    {
        var wrong = asked switch
        {
            { Iss: { } iss } when iss != issuer => "iss",
            { Aud: { } aud } when !IsAudience(aud, standing.ClientId) => "aud",
            { EventsSupported: { } supported } when !AreTypes(supported, SignalKinds.Supported) => "events_supported",
            { EventsDelivered: { } delivered } when !AreTypes(delivered, standing.Delivered) => "events_delivered",
            { MinVerificationInterval: { } seconds } when seconds != (int)SignalStream.VerificationInterval.TotalSeconds => "min_verification_interval",
            _ => null,
        };
        return wrong is null ? null : new(wrong, "is this server's to say, and says something else");
    }

    private static bool IsAudience(JsonElement aud, string clientId) => aud.ValueKind switch
    {
        JsonValueKind.String => aud.ValueEquals(clientId),
        JsonValueKind.Array => aud.GetArrayLength() == 1 && aud[0].ValueKind == JsonValueKind.String && aud[0].ValueEquals(clientId),
        _ => false,
    };

    private static bool AreTypes(IReadOnlyList<string> said, IReadOnlyList<SignalKind> kinds) => said.ToHashSet(StringComparer.Ordinal).SetEquals(kinds.Select(SignalKinds.UriOf));

    private static bool IsKeepable(string text) => !text.Contains('\0', StringComparison.Ordinal) && !text.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar);
}

/// <summary>A stream as a receiver wants it.</summary>
/// <param name="EndpointUrl">Where events are pushed; null where it polls.</param>
/// <param name="KeepsDelivery">Whether the delivery is as it was, its header too.</param>
/// <param name="Authorization">Goes along with each push; null for nothing.</param>
/// <param name="EventsRequested">The types that it named.</param>
/// <param name="Delivered">Of those the ones that there are.</param>
/// <param name="Description">Its words.</param>
public sealed record StreamPlan(
    string? EndpointUrl, bool KeepsDelivery, string? Authorization, IReadOnlyList<string> EventsRequested, IReadOnlyList<SignalKind> Delivered, string? Description);

/// <summary>A status that a receiver gives its stream, or an operator.</summary>
/// <param name="StreamId">Which; null where what the receiver wrote is none, and where the operator names it elsewhere.</param>
/// <param name="Status">The status.</param>
/// <param name="Reason">Why, in their words.</param>
public sealed record StatusChange(Guid? StreamId, StreamStatus Status, string? Reason);
