namespace IdentityProvider.Server;

/// <summary>How people come to have an account.</summary>
public sealed record AccountSettings
{
    public AccountRegistration Registration { get; init; } = AccountRegistration.Off;

    internal IEnumerable<string> Mistakes(MailSettings mail)
    {
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
