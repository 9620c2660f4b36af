using System.Text.Json;

namespace IdentityProvider.Protocol.SharedSignals;

/// <summary>
/// Whom a receiver names (SSF 1.0 §8.1.3, RFC 9493 §3.2.3): a person by our issuer and the <c>sub</c> that it knows. Nothing is looked up, so that
/// nobody learns by asking who has an account.
/// </summary>
public static class SubjectRules
{
    public const int LongestSubject = 255;

    public static Validated<NamedSubject> Read(ReadOnlySpan<byte> body, string issuer)
    {
        var read = MetadataJson.Read(body, StreamJson.Default.SubjectRequest);
        if (read is not Validated<SubjectRequest>.Valid { Value: var asked })
            return ((Validated<SubjectRequest>.Invalid)read).Error;

        // 1. A subject, alone or as the user of a complex one that says nothing else (SSF 1.0 §3.3).
        if (asked.Subject is not { ValueKind: JsonValueKind.Object } subject)
            return new MetadataError("subject", "must be given, as an object");
        if (TextOf(subject, "format") == "complex" && subject.EnumerateObject().Count() == 2 && subject.TryGetProperty("user", out var user) && user.ValueKind == JsonValueKind.Object)
            subject = user;

        // 2. By issuer and subject, and the issuer is us (RFC 9493 §3.2.3).
        if (TextOf(subject, "format") != "iss_sub" || TextOf(subject, "iss") != issuer)
            return new MetadataError("subject", $"must be of the format iss_sub, with the iss {issuer}");
        return TextOf(subject, "sub") is { Length: > 0 and <= LongestSubject } sub && sub.All(c => c is > ' ' and <= '~')
            ? Validated.Of(new NamedSubject(StreamRules.IdOf(asked.StreamId), sub))
            : new MetadataError("subject", "must have a sub as ID tokens have it");
    }

    private static string? TextOf(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>A person, as one receiver knows them.</summary>
/// <param name="StreamId">Of which stream; null where what the receiver wrote is none.</param>
/// <param name="Subject">Their <c>sub</c>.</param>
public sealed record NamedSubject(Guid? StreamId, string Subject);
