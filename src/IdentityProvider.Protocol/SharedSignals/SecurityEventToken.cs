using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.SharedSignals;

/// <summary>
/// Security event tokens (RFC 8417 §2, SSF 1.0 §4): one event, for one receiver. They are signed when they are sent; <c>jti</c> and <c>iat</c> are
/// the event's own, so that one which is sent again is the same.
/// </summary>
public static class SecurityEventToken
{
    /// <summary>The <c>typ</c> (RFC 8417 §2.3): no other token of ours has it.</summary>
    public const string Typ = "secevent+jwt";

    /// <summary>Of it as a request's body (RFC 8935 §2.1).</summary>
    public const string ContentType = "application/secevent+jwt";

    /// <summary>Signs one. It has no <c>sub</c> and no <c>exp</c>, so that nothing takes it for a token that opens something (SSF 1.0 §4.1).</summary>
    /// <param name="about">What it says.</param>
    /// <param name="key">The active RS256 key.</param>
    /// <param name="issuer">Our identifier.</param>
    public static string Sign(SecurityEvent about, SigningKey key, string issuer)
    {
        ArgumentNullException.ThrowIfNull(about);
        return JwtWriter.Sign(key, Typ, claims =>
        {
            claims.WriteString("iss", issuer);
            claims.WriteString("aud", about.ClientId);
            claims.WriteNumber("iat", NumericDate.From(about.At));
            claims.WriteString("jti", about.EventId.ToString("N"));
            if (about.Person is { } person)
                claims.WriteString("txn", TransactionOf(about.StreamId, person.UserId, about.At));
            claims.WritePropertyName("sub_id");
            WriteSubject(claims, about, issuer);
            claims.WriteStartObject("events");
            claims.WriteStartObject(SignalKinds.UriOf(about.Kind));
            WriteEvent(claims, about);
            claims.WriteEndObject();
            claims.WriteEndObject();
        });
    }

    // 1. The stream itself, of an event about it (SSF 1.0 §8.1.4.1). 2. A session of a person (CAEP 1.0 §3.1). 3. A person (RFC 9493 §3.2.3).
    private static void WriteSubject(Utf8JsonWriter json, SecurityEvent about, string issuer)
    {
        json.WriteStartObject();
        if (about.Person is not { } person)
        {
            WriteOpaque(json, about.StreamId);
        }
        else if (about.SessionId is { } sessionId)
        {
            json.WriteString("format", "complex");
            json.WriteStartObject("user");
            WritePerson(json, issuer, person.Subject);
            json.WriteEndObject();
            json.WriteStartObject("session");
            WriteOpaque(json, sessionId);
            json.WriteEndObject();
        }
        else
        {
            WritePerson(json, issuer, person.Subject);
        }

        json.WriteEndObject();
    }

    private static void WriteOpaque(Utf8JsonWriter json, Guid id)
    {
        json.WriteString("format", "opaque");
        json.WriteString("id", id.ToString("N"));
    }

    private static void WritePerson(Utf8JsonWriter json, string issuer, string subject)
    {
        json.WriteString("format", "iss_sub");
        json.WriteString("iss", issuer);
        json.WriteString("sub", subject);
    }

    private static void WriteEvent(Utf8JsonWriter json, SecurityEvent about)
    {
        switch (about.Kind)
        {
            case SignalKind.SessionRevoked:
                WriteWhy(json, about.At, "The sign-in was ended.");
                break;
            case SignalKind.CredentialChange when CredentialChange.Read(about.Detail) is { } change:
                json.WriteString("credential_type", change.Type);
                json.WriteString("change_type", change.Change);
                WriteWhy(json, about.At, "What the account signs in by was changed.");
                break;
            case SignalKind.TokenClaimsChange:
                json.WritePropertyName("claims");
                (about.Claims ?? []).WriteTo(json);
                WriteWhy(json, about.At, "The person's roles or groups were changed.");
                break;
            case SignalKind.Verification when about.Detail is { } state:
                json.WriteString("state", state);
                break;
            case SignalKind.StreamUpdated when StreamUpdate.Read(about.Detail) is { } update:
                json.WriteString("status", update.Status);
                if (update.Reason is not null)
                    json.WriteString("reason", update.Reason);
                break;
        }
    }

    // CAEP 1.0 §2: when it happened, and a word for a log (which the interoperability profile asks for).
    private static void WriteWhy(Utf8JsonWriter json, DateTimeOffset at, string why)
    {
        json.WriteNumber("event_timestamp", NumericDate.From(at));
        json.WriteStartObject("reason_admin");
        json.WriteString("en", why);
        json.WriteEndObject();
    }

    // The same of all that one act did to one person (SSF 1.0 §4.1.9), and another in each stream: no two receivers find each other's people by it.
    private static string TransactionOf(Guid streamId, Guid userId, DateTimeOffset at)
    {
        Span<byte> text = stackalloc byte[40];
        streamId.TryWriteBytes(text);
        userId.TryWriteBytes(text[16..]);
        BinaryPrimitives.WriteInt64BigEndian(text[32..], at.UtcTicks);
        return Base64Url.EncodeToString(SHA256.HashData(text).AsSpan(0, 16));
    }
}

/// <summary>Something that happened, for one receiver.</summary>
public sealed record SecurityEvent
{
    public required Guid EventId { get; init; }

    public required Guid StreamId { get; init; }

    /// <summary>The receiver.</summary>
    public required string ClientId { get; init; }

    public required SignalKind Kind { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>To whom it happened; null for what is about the stream.</summary>
    public SignalPerson? Person { get; init; }

    /// <summary>Which sign-in of theirs; null for none.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>Of a credential what became of it (<see cref="CredentialChange"/>), of a verification its state, of a stream its status (<see cref="StreamUpdate"/>).</summary>
    public string? Detail { get; init; }

    /// <summary>What tokens say of the person now, of what changed.</summary>
    public JsonObject? Claims { get; init; }
}

/// <summary>A person.</summary>
/// <param name="UserId">As they are known here.</param>
/// <param name="Subject">As the receiver knows them.</param>
public sealed record SignalPerson(Guid UserId, string Subject);

/// <summary>What became of a credential (CAEP 1.0 §3.3.1).</summary>
/// <param name="Type">Its <c>credential_type</c>.</param>
/// <param name="Change">Its <c>change_type</c>.</param>
public sealed record CredentialChange(string Type, string Change)
{
    /// <summary>Of both together, in characters.</summary>
    public const int Longest = 60;

    public const string Password = "password";

    /// <summary>An authenticator app.</summary>
    public const string App = "app";

    public const string Create = "create";
    public const string Update = "update";
    public const string Delete = "delete";

    /// <summary>The type of a passkey: in the device itself, or one that is carried about or synchronized.</summary>
    public static string PasskeyType(IEnumerable<string>? transports) =>
        transports?.Contains("internal", StringComparer.Ordinal) == true ? "fido2-platform" : "fido2-roaming";

    /// <summary>As it is stored.</summary>
    public string Written => $"{Type} {Change}";

    /// <summary>Null where it isn't one.</summary>
    public static CredentialChange? Read(string? written) => written?.Split(' ') is [var type, var change] ? new(type, change) : null;
}

/// <summary>What became of a stream (SSF 1.0 §8.1.5).</summary>
/// <param name="Status">Its status now, as the wire has it.</param>
/// <param name="Reason">Why, in the operator's words.</param>
public sealed record StreamUpdate(string Status, string? Reason)
{
    /// <summary>As it is stored.</summary>
    public string Written => Reason is null ? Status : $"{Status} {Reason}";

    /// <summary>Null where it isn't one.</summary>
    public static StreamUpdate? Read(string? written) => written?.Split(' ', 2) switch
    {
        [var status] => new(status, null),
        [var status, var reason] => new(status, reason),
        _ => null,
    };
}
