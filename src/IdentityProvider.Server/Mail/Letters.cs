using System.Globalization;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Server.Accounts;
using IdentityProvider.Server.Pages;
using IdentityProvider.Server.Pages.Account;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Mail;

/// <summary>Writes letters: one place for which texts each kind of mail is made of. Every address in them begins with the issuer of the settings.</summary>
internal sealed class Letters(Texts texts, Settings settings)
{
    /// <summary>Named in a fact where more than one thing of a kind can be meant, such as a passkey's name.</summary>
    public const string Detail = "detail";

    /// <summary>What the browser said of itself; empty where it said nothing.</summary>
    public const string Device = "device";

    public const string NetworkAddress = "address";
    public const string Username = "username";
    public const string Notice = "notice";

    // Its name where it has one, and always the address by which people know that a link is right.
    private string Site => settings.Branding.Name is { } name ? $"{name} ({Authority})" : Authority;

    private string Authority => new Uri(settings.Issuer).Authority;

    /// <summary>With a link that does what the mail is about.</summary>
    /// <param name="link">What it is for, and to whom it goes.</param>
    /// <param name="token">The link's secret.</param>
    /// <param name="username">Whose account; null where there is none yet.</param>
    /// <param name="language">The reader's.</param>
    public Letter OfLink(StoredAccountLink link, string token, string? username, CultureInfo language) => Texts.In(language, () =>
    {
        var name = link.Purpose.ToString();
        var lifetime = AccountLinkRules.LifetimeOf(link.Purpose);
        return Empty(link.Address, name, language) with
        {
            Paragraphs =
            [
                texts[$"Mail.{name}Text", Site, username],
                link.Purpose switch
                {
                    AccountLinkPurpose.PasswordReset => texts["Mail.WorksForMinutes", (int)lifetime.TotalMinutes],
                    AccountLinkPurpose.Invitation => texts["Mail.WorksForDays", (int)lifetime.TotalDays],
                    _ => texts["Mail.WorksForHours", (int)lifetime.TotalHours],
                },
            ],
            Link = (texts[$"Mail.{name}Button"], AccountPaths.AddressOf(settings, link.Purpose, token)),
            LinkHint = texts["Mail.LinkHint"],
            Otherwise = texts["Mail.IgnoreIt"],
        };
    });

    /// <summary>To whom wants an account at an address that has one, or wants to have another account's address.</summary>
    public Letter OfTakenAddress(string to, CultureInfo language) => Texts.In(language, () => Empty(to, "AddressTaken", language) with
    {
        Paragraphs = [texts["Mail.AddressTakenText", Site]],
        Link = (texts["Mail.AddressTakenButton"], settings.Issuer + "/login"),
        LinkHint = texts["Mail.LinkHint"],
        Otherwise = texts["Mail.IgnoreItTaken"],
    });

    /// <summary>What was done, when and from where.</summary>
    public Letter OfNotice(string to, IReadOnlyDictionary<string, string> facts, DateTimeOffset at, CultureInfo language) => Texts.In(language, () =>
    {
        var kind = Enum.Parse<NoticeKind>(facts[Notice]);
        var isOver = kind is NoticeKind.AccountDeleted or NoticeKind.EmailChanged;
        return Empty(to, kind.ToString(), language) with
        {
            Paragraphs = [texts[$"Mail.{kind}Text"]],
            Facts = [.. FactsOf(facts, at, language)],
            Otherwise = texts[isOver ? "Mail.NotYouTell" : "Mail.NotYou"],
            Link = isOver ? null : (texts["Mail.OpenAccount"], settings.Issuer + "/account"),
        };
    });

    private IEnumerable<(string, string)> FactsOf(IReadOnlyDictionary<string, string> facts, DateTimeOffset at, CultureInfo language)
    {
        yield return (texts["Mail.FactAccount"], $"{facts.GetValueOrDefault(Username)} ({Site})");
        if (facts.TryGetValue(Detail, out var detail))
            yield return (texts["Mail.FactDetail"], detail);
        yield return (texts["Mail.FactWhen"], at.ToUniversalTime().ToString("f", language) + " UTC");
        if (facts.TryGetValue(Device, out var userAgent))
            yield return (texts["Mail.FactDevice"], Devices.Words(texts, userAgent));
        if (facts.TryGetValue(NetworkAddress, out var address))
            yield return (texts["Mail.FactAddress"], address);
    }

    private Letter Empty(string to, string name, CultureInfo language) => new()
    {
        To = to,
        Language = language,
        Subject = texts[$"Mail.{name}Subject", Site],
        Paragraphs = [],
        Footer = texts["Mail.Footer", Site],
    };
}
