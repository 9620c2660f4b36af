using IdentityProvider.Protocol;

namespace IdentityProvider.Server;

/// <summary>Whom to tell of a weakness (RFC 9116): what <c>/.well-known/security.txt</c> says. Without a contact there is none.</summary>
public sealed record SecuritySettings
{
    /// <summary>An address as <c>mailto:security@example.com</c>, or the https address of a page (§2.5.3).</summary>
    public string? Contact { get; init; }

    /// <summary>The https address of what a finder may do and expect (§2.5.7).</summary>
    public string? Policy { get; init; }

    /// <summary>The https address of a key to write under (§2.5.4).</summary>
    public string? Encryption { get; init; }

    internal IEnumerable<string> Mistakes(string issuerPath)
    {
        if (Contact is not null && issuerPath.Length > 0)
            yield return "Idp:Security:Contact is of no use where the issuer has a path: security.txt stands at the root of its host (RFC 9116 §3), which is another server's.";
        if (Contact is not null && !WebUris.IsSecure(Contact) && !IsMailbox(Contact))
            yield return $"Idp:Security:Contact must be an https URL or a mailto: address, not '{Contact}'.";
        if (Policy is not null && !WebUris.IsSecure(Policy))
            yield return $"Idp:Security:Policy must be an https URL, not '{Policy}'.";
        if (Encryption is not null && !WebUris.IsSecure(Encryption))
            yield return $"Idp:Security:Encryption must be an https URL, not '{Encryption}'.";
        if (Contact is null && (Policy is not null || Encryption is not null))
            yield return "Idp:Security:Policy and Idp:Security:Encryption need Idp:Security:Contact.";
    }

    private static bool IsMailbox(string contact) =>
        contact.StartsWith("mailto:", StringComparison.Ordinal) && contact.Length < 300 && contact.Count(c => c == '@') == 1 && contact.All(c => c is > ' ' and < (char)127);
}
