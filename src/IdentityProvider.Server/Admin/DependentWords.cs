using System.Globalization;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>What hangs on something that is about to end, in words: before a command or a page does it.</summary>
internal static class DependentWords
{
    /// <summary>By which JSON names it.</summary>
    public static string MemberOf(Dependent kind) => WordsOf(kind).Member;

    /// <summary>All of it in one sentence.</summary>
    public static string Sentence(IReadOnlyList<DependentCount> counts)
    {
        var affected = counts.Where(counted => counted.Count > 0).Select(Text).ToList();
        return affected.Count == 0 ? "Nothing hangs on it." : $"That affects {string.Join(", ", affected)}.";
    }

    private static string Text(DependentCount counted)
    {
        var (_, one, many) = WordsOf(counted.Kind);
        var number = counted.Count.ToString(CultureInfo.InvariantCulture);
        return counted.Count == 1 ? $"1 {one}" : counted.Count < Dependents.Most ? $"{number} {many}" : $"{number} or more {many}";
    }

    private static (string Member, string One, string Many) WordsOf(Dependent kind) => kind switch
    {
        Dependent.Session => ("sessions", "session", "sessions"),
        Dependent.Family => ("families", "sign-in of an app with all its tokens", "sign-ins of apps with all their tokens"),
        Dependent.Grant => ("grants", "consent", "consents"),
        Dependent.Secret => ("secrets", "secret", "secrets"),
        Dependent.Role => ("roles", "role", "roles"),
        Dependent.Group => ("groups", "group", "groups"),
        Dependent.Person => ("people", "person", "people"),
        Dependent.Passkey => ("passkeys", "passkey", "passkeys"),
        Dependent.Event => ("events", "event that waits", "events that wait"),
        Dependent.Link => ("links", "link to another provider", "links to another provider"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
