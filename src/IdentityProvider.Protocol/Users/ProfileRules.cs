using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace IdentityProvider.Protocol.Users;

/// <summary>
/// What people change of themselves (OpenID Connect Core §5.1): the standard claims that an operator lets them, and never the others. What a
/// form says of anything else isn't looked at.
/// </summary>
public static class ProfileRules
{
    /// <summary>What an operator may let people change; an e-mail address has a page of its own, since it is proved first.</summary>
    public static IReadOnlyList<string> Editable { get; } =
    [
        "name", "given_name", "middle_name", "family_name", "nickname", "gender", "birthdate", "picture", "profile", "website", "locale", "zoneinfo", "phone_number",
        "address",
    ];

    /// <summary>The parts of an address that people write; <c>formatted</c> would repeat them.</summary>
    public static IReadOnlyList<string> AddressFields { get; } = ["address.street_address", "address.locality", "address.region", "address.postal_code", "address.country"];

    /// <summary>The form's fields for what may be changed.</summary>
    public static IEnumerable<string> FieldsOf(IReadOnlyCollection<string> editable) =>
        Editable.Where(editable.Contains).SelectMany(claim => claim is "address" ? AddressFields : [claim]);

    /// <summary>Stands for what a form was filled with; another where any of it has changed since, or what may be changed.</summary>
    public static string VersionOf(JsonObject standing, IReadOnlyCollection<string> editable)
    {
        ArgumentNullException.ThrowIfNull(standing);
        ArgumentNullException.ThrowIfNull(editable);
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{string.Join(' ', editable)}\n{standing.ToJsonString()}")));
    }

    /// <summary>The text of a field as it stands; null where it has none.</summary>
    public static string? TextOf(JsonObject standing, string field)
    {
        ArgumentNullException.ThrowIfNull(standing);
        ArgumentNullException.ThrowIfNull(field);
        var value = field.Split('.', 2) is [var claim, var part] ? (standing[claim] as JsonObject)?[part] : standing[field];
        return value is JsonValue text && text.TryGetValue<string>(out var found) ? found : null;
    }

    /// <summary>Decides a form.</summary>
    /// <param name="form">What was sent; a field without a text takes the claim away.</param>
    /// <param name="standing">The claims as they are.</param>
    /// <param name="editable">Those that people may change here.</param>
    /// <param name="zones">The time zones that this system knows.</param>
    /// <param name="now">The moment.</param>
    public static ProfileDecision Decide(Parameters form, JsonObject standing, IReadOnlyCollection<string> editable, IReadOnlySet<string> zones, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(zones);

        // 1. It was filled with what stands now: nothing that somebody wrote meanwhile is lost.
        if (form["version"] != VersionOf(standing, editable))
            return ProfileDecision.ChangedMeanwhile.One;

        // 2. Each text is what its claim may be; one that stands already is left, whoever wrote it.
        var texts = FieldsOf(editable).ToDictionary(field => field, field => Entered(form, field), StringComparer.Ordinal);
        var changed = texts.Where(entry => entry.Value != TextOf(standing, entry.Key)).ToList();
        var mistakes = changed.Where(entry => entry.Value is not null)
            .Select(entry => (entry.Key, Mistake: Check(entry.Key, entry.Value!, zones)))
            .Where(found => found.Mistake is not null)
            .Select(found => new ProfileMistake(found.Key, found.Mistake!.Value))
            .ToList();
        if (mistakes.Count > 0)
            return new ProfileDecision.Refused(mistakes);
        if (changed.Count == 0)
            return ProfileDecision.Same.One;

        // 3. A number that nobody checked isn't a checked one, and what changed has changed now (Core §5.1).
        var claims = standing.DeepClone().AsObject();
        foreach (var (field, text) in changed)
            Set(claims, field, text);
        if (changed.Any(entry => entry.Key is "phone_number"))
        {
            claims.Remove("phone_number_verified");
            if (claims.ContainsKey("phone_number"))
                claims["phone_number_verified"] = false;
        }

        claims["updated_at"] = now.ToUnixTimeSeconds();
        return new ProfileDecision.Changed(claims);
    }

    /// <summary>The claims of which two versions say different things, for the history: their names alone.</summary>
    public static IReadOnlyList<string> ChangesOf(JsonObject before, JsonObject after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        return [.. before.Concat(after).Select(claim => claim.Key).Distinct(StringComparer.Ordinal)
            .Where(name => name is not "updated_at" && !JsonNode.DeepEquals(before[name], after[name]))];
    }

    /// <summary>What was typed, without the space around it; null where that is nothing.</summary>
    public static string? Entered(Parameters form, string field)
    {
        ArgumentNullException.ThrowIfNull(form);
        var text = form[field]?.ReplaceLineEndings("\n").Trim();
        return string.IsNullOrEmpty(text) ? null : text;
    }

    private static ClaimMistake? Check(string field, string text, IReadOnlySet<string> zones) =>
        ClaimTexts.Check(field, text) ?? (field is "zoneinfo" && !zones.Contains(text) ? ClaimMistake.NotZone : null);

    private static void Set(JsonObject claims, string field, string? text)
    {
        if (field.Split('.', 2) is [var claim, var part])
        {
            // What is written out whole would say what the parts no longer do.
            var address = claims[claim] as JsonObject ?? [];
            address.Remove("formatted");
            Set(address, part, text);
            claims.Remove(claim);
            if (address.Count > 0)
                claims[claim] = address;
            return;
        }

        if (text is null)
            claims.Remove(field);
        else
            claims[field] = text;
    }
}

/// <summary>A field to correct.</summary>
/// <param name="Field">Its name in the form.</param>
/// <param name="Mistake">What is wrong with it.</param>
public sealed record ProfileMistake(string Field, ClaimMistake Mistake);

/// <summary>What becomes of a profile's form. Closed.</summary>
public abstract class ProfileDecision
{
    private ProfileDecision()
    {
    }

    /// <summary>Somebody changed the profile since the form was shown.</summary>
    public sealed class ChangedMeanwhile : ProfileDecision
    {
        internal static readonly ChangedMeanwhile One = new();
    }

    /// <summary>Some fields have to be corrected, in the form's order; nothing is changed.</summary>
    public sealed class Refused : ProfileDecision
    {
        internal Refused(IReadOnlyList<ProfileMistake> mistakes) => Mistakes = mistakes;

        public IReadOnlyList<ProfileMistake> Mistakes { get; }
    }

    /// <summary>It says what stands.</summary>
    public sealed class Same : ProfileDecision
    {
        internal static readonly Same One = new();
    }

    /// <summary>The claims are these now.</summary>
    public sealed class Changed : ProfileDecision
    {
        internal Changed(JsonObject claims) => Claims = claims;

        public JsonObject Claims { get; }
    }
}
