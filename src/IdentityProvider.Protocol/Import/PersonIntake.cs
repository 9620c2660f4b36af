using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Protocol.Import;

/// <summary>What is known of people, as much of it as can be kept here.</summary>
internal sealed class PersonIntake(ImportReport report)
{
    private const int LongestUsername = 256;

    private readonly HashSet<Guid> _subs = [];
    private readonly HashSet<string> _usernames = new(StringComparer.Ordinal);

    /// <summary>Whether an account of this name can be; each name once, however it is written.</summary>
    public bool Takes(string username)
    {
        if (username.Length is 0 or > LongestUsername || !username.All(EmailAddress.Alphabet.Contains))
            return Leave("a username here is made of the signs that an e-mail address may have");
        return _usernames.Add(username.ToUpperInvariant()) || Leave("two people there have this username");

        bool Leave(string why)
        {
            report.Add(LeftBehind.OfPerson, username, "", why);
            return false;
        }
    }

    /// <summary>The identifier there, where it can stay; tokens then have the <c>sub</c> that apps know.</summary>
    public Guid? Sub(string username, string? id)
    {
        if (Guid.TryParseExact(id, "D", out var sub) && sub.ToString("D") == id && sub != Guid.Empty)
        {
            if (_subs.Add(sub))
                return sub;
            report.Add(LeftBehind.OfPerson, username, "sub", "is another person's there too, so this one gets another");
            return null;
        }

        report.Add(LeftBehind.OfPerson, username, "sub", "is no UUID in small letters, so the person gets another: apps that know people by it have to learn the new one");
        return null;
    }

    /// <summary>A hash, as it is kept; null where it can't be verified here.</summary>
    public string? Hash(string username, string? hash)
    {
        if (string.IsNullOrEmpty(hash))
            return null;
        if (PasswordHashRules.Read(hash) is Validated<string>.Valid { Value: var kept })
            return kept;
        var why = ((Validated<string>.Invalid)PasswordHashRules.Read(hash)).Error.Message;
        report.Add(LeftBehind.OfPerson, username, "password", $"{why} (/forgot sends a link to who has an e-mail address; `idp users set-password` gives one)");
        return null;
    }

    /// <summary>The claims that can be kept, of those that were found; the others are told.</summary>
    /// <param name="username">Whose.</param>
    /// <param name="found">By the names of standard claims; texts and truths.</param>
    public JsonObject Claims(string username, IEnumerable<KeyValuePair<string, JsonNode?>> found)
    {
        var claims = new JsonObject();
        // What a mark is about comes before the mark.
        foreach (var (name, value) in found.Where(claim => claim.Value is not null && !IsEmpty(claim.Value)).OrderBy(claim => claim.Key.EndsWith("_verified", StringComparison.Ordinal)))
        {
            if (UserClaimsRules.ReadChange(Encoding.UTF8.GetBytes(new JsonObject { [name] = value!.DeepClone() }.ToJsonString()), claims)
                is Validated<JsonObject>.Valid { Value: var more })
                claims = more;
            else if (!name.EndsWith("_verified", StringComparison.Ordinal))
                report.Add(LeftBehind.OfPerson, username, name, "its value is none that the claim can have");
        }

        return claims;
    }

    private static bool IsEmpty(JsonNode value) => value is JsonValue single && single.TryGetValue<string>(out var text) && text.Trim().Length == 0 || value is JsonObject { Count: 0 };
}
