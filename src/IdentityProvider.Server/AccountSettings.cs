using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Server;

/// <summary>How people come to have an account, and what of it they change themselves.</summary>
public sealed record AccountSettings
{
    public AccountRegistration Registration { get; init; } = AccountRegistration.Off;

    /// <summary>The standard claims that people may change of themselves (OpenID Connect Core §5.1); not set, all that anybody could; empty, none.</summary>
    public IReadOnlyList<string>? EditableClaims { get; init; }

    /// <summary>The same, in the order of their page.</summary>
    internal IReadOnlyList<string> Editable => EditableClaims is { } named ? [.. ProfileRules.Editable.Where(claim => named.Contains(claim, StringComparer.Ordinal))] : ProfileRules.Editable;

    internal IEnumerable<string> Mistakes(MailSettings mail)
    {
        if (EditableClaims?.FirstOrDefault(claim => !ProfileRules.Editable.Contains(claim, StringComparer.Ordinal)) is { } wrong)
            yield return $"Idp:Accounts:EditableClaims has '{wrong}', which people can't be let change; they can: {string.Join(", ", ProfileRules.Editable)}.";
        if (!Enum.IsDefined(Registration))
            yield return "Idp:Accounts:Registration must be Off, Open or Invitation.";
        if (Registration != AccountRegistration.Off && !mail.IsOn)
            yield return "Idp:Accounts:Registration needs mail, by which a person shows that an address is theirs: set Idp:Mail:Smtp:Host.";
    }
}

/// <summary>Who may make an account.</summary>
public enum AccountRegistration
{
    /// <summary>Operators alone.</summary>
    Off,

    /// <summary>Anyone who has an e-mail address.</summary>
    Open,

    /// <summary>Whom an operator invites.</summary>
    Invitation,
}
