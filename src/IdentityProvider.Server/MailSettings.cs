using System.Net;
using System.Net.Mail;

namespace IdentityProvider.Server;

/// <summary>How mail leaves: by SMTP, or in Development into a folder. Where neither is set, nothing that needs mail is offered.</summary>
public sealed record MailSettings
{
    /// <summary>Who mails are from: <c>Sign-in &lt;no-reply@example.com&gt;</c>, or the address alone.</summary>
    public string? From { get; init; }

    /// <summary>Where each mail becomes a file of its own, in Development; links that work are in them.</summary>
    public string? Folder { get; init; }

    public SmtpSettings Smtp { get; init; } = new();

    public bool IsOn => Smtp.Host is not null || Folder is not null;

    /// <summary>The sender, where mail is on.</summary>
    internal MailAddress Sender => new(From!);

    internal MailSettings Complete(bool isDevelopment, string root) => this with
    {
        From = From ?? (isDevelopment ? "no-reply@localhost" : null),
        Folder = Folder is not null || (isDevelopment && Smtp.Host is null) ? Path.GetFullPath(Folder ?? ".idp/mail", root) : null,
    };

    internal IEnumerable<string> Mistakes(bool isDevelopment)
    {
        if (Folder is not null && !isDevelopment)
            yield return "Idp:Mail:Folder is for Development alone: the links in mails would lie in files. Set Idp:Mail:Smtp:Host.";
        if (Folder is not null && Smtp.Host is not null)
            yield return "Idp:Mail:Folder and Idp:Mail:Smtp:Host exclude each other.";
        if (IsOn && !MailAddress.TryCreate(From, out _))
            yield return $"Idp:Mail:From must be the address that mails come from, such as 'Sign-in <no-reply@example.com>', not '{From}'.";
        foreach (var mistake in Smtp.Mistakes())
            yield return mistake;
    }
}

/// <summary>The server that takes our mail.</summary>
public sealed record SmtpSettings
{
    /// <summary>Its name; null where there is none.</summary>
    public string? Host { get; init; }

    /// <summary>The port of submission (RFC 6409).</summary>
    public int Port { get; init; } = 587;

    public string? Username { get; init; }

    public string? Password { get; init; }

    public SmtpTls Tls { get; init; } = SmtpTls.StartTls;

    internal NetworkCredential? Credential => Username is null ? null : new(Username, Password);

    internal IEnumerable<string> Mistakes()
    {
        if (!Enum.IsDefined(Tls))
            yield return "Idp:Mail:Smtp:Tls must be StartTls or None.";
        if (Host is not null && Tls == SmtpTls.None && !IsLoopback(Host))
            yield return $"Idp:Mail:Smtp:Tls may be None for a server on loopback alone: mails hold links that work. '{Host}' must offer STARTTLS.";
        if (Port is < 1 or > 65535)
            yield return "Idp:Mail:Smtp:Port must be from 1 to 65535.";
        if (Username is null != Password is null)
            yield return "Idp:Mail:Smtp:Username and Idp:Mail:Smtp:Password need each other.";
        if (Host is null && Username is not null)
            yield return "Idp:Mail:Smtp:Host must be set where Idp:Mail:Smtp:Username is.";
    }

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}

/// <summary>How the way to the mail server is protected.</summary>
public enum SmtpTls
{
    /// <summary>By STARTTLS (RFC 3207) with a certificate of that name; no mail is sent without.</summary>
    StartTls,

    /// <summary>Not at all.</summary>
    None,
}
