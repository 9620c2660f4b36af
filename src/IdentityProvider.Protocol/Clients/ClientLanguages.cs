using System.Collections.ObjectModel;
using System.Text.Json;

namespace IdentityProvider.Protocol.Clients;

/// <summary>
/// What people are shown of a client, in their languages: its members that have a language tag after <c>#</c> (RFC 7591 §2.2, BCP 47). The member
/// without one stands for every other language.
/// </summary>
public static class ClientLanguages
{
    /// <summary>Of all members together.</summary>
    public const int Most = 50;

    private const int LongestTag = 35;

    private static readonly string[] Members = ["client_name", "logo_uri", "client_uri", "policy_uri", "tos_uri"];

    /// <summary>How members with a language are named, as a regular expression: for documents.</summary>
    public static string NamePattern { get; } = $"^({string.Join('|', Members)})#[A-Za-z]{{1,8}}(-[A-Za-z0-9]{{1,8}})*$";

    /// <summary>Of which member this says the same in a language; null where it is none of those.</summary>
    public static string? MemberOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var at = name.IndexOf('#', StringComparison.Ordinal);
        return at < 0 ? null : Array.Find(Members, member => name.AsSpan(0, at).SequenceEqual(member));
    }

    /// <summary>The client as a reader of this language is shown it.</summary>
    /// <param name="client">The client.</param>
    /// <param name="language">A language tag; a text in a dialect of the same language is better than none.</param>
    public static Client In(this Client client, string language)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(language);
        return client.Localized.Count == 0 ? client : client with
        {
            ClientName = Find("client_name") ?? client.ClientName,
            LogoUri = Find("logo_uri") ?? client.LogoUri,
            ClientUri = Find("client_uri") ?? client.ClientUri,
            PolicyUri = Find("policy_uri") ?? client.PolicyUri,
            TosUri = Find("tos_uri") ?? client.TosUri,
        };

        string? Find(string member) => client.Localized.Where(entry => MemberOf(entry.Key) == member)
            .Select(entry => (Tag: entry.Key[(member.Length + 1)..], entry.Value))
            .Where(entry => IsSame(PrimaryOf(entry.Tag), PrimaryOf(language)))
            .OrderByDescending(entry => IsSame(entry.Tag, language)).ThenBy(entry => entry.Tag.Length).ThenBy(entry => entry.Tag, StringComparer.Ordinal)
            .Select(entry => entry.Value).FirstOrDefault();
    }

    /// <summary>All but what says this member in a language: once it is another, those are of what it was.</summary>
    public static Dictionary<string, JsonElement>? Without(IReadOnlyDictionary<string, JsonElement>? localized, string member) =>
        localized?.Where(entry => MemberOf(entry.Key) != member).ToDictionary(StringComparer.Ordinal);

    /// <summary>What was written, as it was; a null is as if it were not there.</summary>
    internal static MetadataError? Read(ClientMetadata metadata, ref Client client)
    {
        if (metadata.Localized is not { } written)
            return null;
        var read = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in written)
        {
            if (MemberOf(name) is not { } member || value.ValueKind is JsonValueKind.Null)
                continue;
            if (value.ValueKind is not JsonValueKind.String)
                return new(member, "must be a string in every language");
            read[name] = value.GetString()!;
        }

        if (read.Count == 0)
            return null;

        // Who has a name in languages alone is called by the first of them where the reader's is none of those.
        var first = metadata.ClientName ?? read.GetValueOrDefault("client_name#en") ?? read.FirstOrDefault(entry => MemberOf(entry.Key) is "client_name").Value;
        client = client with { ClientName = first ?? client.ClientName, Localized = new ReadOnlyDictionary<string, string>(read) };
        return null;
    }

    internal static Dictionary<string, JsonElement>? Write(Client client) => client.Localized.Count == 0
        ? null
        : client.Localized.ToDictionary(entry => entry.Key, entry => JsonSerializer.SerializeToElement(entry.Value, ClientMetadataJson.Default.String), StringComparer.Ordinal);

    internal static MetadataError? Refuse(Client client)
    {
        // 1. So many that a registration stays one that can be read.
        if (client.Localized.Count > Most)
            return new("client_name", $"has too many beside it: at most {Most} members have a language");

        // 2. Each language once: tags differ by more than case (BCP 47 §2.1.1).
        if (client.Localized.Keys.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
            return new(MemberOf(twice.Key)!, "has one language twice");
        foreach (var (name, value) in client.Localized)
        {
            // 3. After the # is a language (RFC 7591 §2.2).
            var member = MemberOf(name)!;
            if (!IsTag(name.AsSpan(member.Length + 1)))
                return new(member, "has after # what is no language tag such as de or pt-BR");

            // 4. What is shown is as in the member without a language.
            if (member is "client_name" && !PlainText.IsPlain(value, ClientMetadataRules.LongestName))
                return new(name, $"must be plain text of at most {ClientMetadataRules.LongestName} characters");
            if (member is not "client_name" && !WebUris.IsSecure(value))
                return new(name, ClientUriRules.Pages);

            // 5. A page says before it is shown from where it loads pictures: from one place, whatever the language.
            if (member is "logo_uri" && (client.LogoUri is not { } logo || !WebUris.IsSecure(logo) || new Uri(logo).GetLeftPart(UriPartial.Authority) != new Uri(value).GetLeftPart(UriPartial.Authority)))
                return new(name, "must have scheme, host and port of logo_uri");
        }

        return null;
    }

    private static bool IsTag(ReadOnlySpan<char> tag)
    {
        if (tag.Length > LongestTag)
            return false;
        var isFirst = true;
        foreach (var part in tag.Split('-'))
        {
            var subtag = tag[part];
            if (subtag.Length is 0 or > 8)
                return false;
            foreach (var c in subtag)
            {
                if (!char.IsAsciiLetter(c) && (isFirst || !char.IsAsciiDigit(c)))
                    return false;
            }

            isFirst = false;
        }

        return true;
    }

    private static string PrimaryOf(string tag) => tag.Split('-', 2)[0];

    private static bool IsSame(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
