using System.Globalization;
using System.Text.RegularExpressions;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Server.Mail;
using IdentityProvider.Server.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Mail;

/// <summary>Each mail in each language.</summary>
public sealed partial class LettersTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 4, 15, 6, 7, TimeSpan.FromHours(2));

    private static readonly Letters Written = new(new Texts(), new Settings { Issuer = TestServer.Issuer });

    public static TheoryData<string> LanguageNames() => [.. Languages.All.Select(language => language.Name)];

    [Theory]
    [MemberData(nameof(LanguageNames))]
    public void Each_notice_says_what_when_and_where_and_what_to_do(string language)
    {
        foreach (var kind in Enum.GetNames<NoticeKind>())
        {
            var facts = new Dictionary<string, string> { [Letters.Notice] = kind, [Letters.Username] = "ada", [Letters.Device] = "Firefox on Linux", [Letters.NetworkAddress] = "192.0.2.7", [Letters.Detail] = "Phone" };
            var letter = Written.OfNotice("ada@example.com", facts, At, CultureInfo.GetCultureInfo(language));
            var text = letter.ToText();
            foreach (var said in new[] { "ada", "Firefox on Linux", "192.0.2.7", "Phone", "UTC" })
                Assert.Contains(said, text, StringComparison.Ordinal);
            Assert.NotNull(letter.Otherwise);
            Assert.Contains("localhost:8080", letter.Subject, StringComparison.Ordinal);
            Assert.DoesNotContain("{", text + letter.Subject, StringComparison.Ordinal);
            Assert.All(Addresses().Matches(text), address => Assert.Equal(TestServer.Issuer + "/account", address.Value));
        }
    }

    [Theory]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "de", "Firefox auf Linux")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "en", "Firefox on Linux")]
    [InlineData("", "de", "Ein unbekanntes Gerät")]
    public void A_device_is_named_in_the_readers_language(string userAgent, string language, string device)
    {
        var facts = new Dictionary<string, string> { [Letters.Notice] = nameof(NoticeKind.PasskeyAdded), [Letters.Username] = "ada", [Letters.Device] = userAgent };
        Assert.Contains(device, Written.OfNotice("ada@example.com", facts, At, CultureInfo.GetCultureInfo(language)).ToText(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(LanguageNames))]
    public void Each_mail_with_a_link_says_how_long_it_works_and_has_no_other_address_in_it(string language)
    {
        foreach (var purpose in Enum.GetValues<AccountLinkPurpose>())
        {
            var link = new StoredAccountLink { LinkId = Guid.Empty, Purpose = purpose, Address = "ada@example.com", CreatedAt = At, ExpiresAt = At };
            var letter = Written.OfLink(link, "the-secret", "ada", CultureInfo.GetCultureInfo(language));
            var address = Assert.Single(Addresses().Matches(letter.ToText())).Value;
            Assert.StartsWith(TestServer.Issuer + "/", address, StringComparison.Ordinal);
            Assert.EndsWith("?link=the-secret", address, StringComparison.Ordinal);
            Assert.Matches("15|24|7", letter.Paragraphs[1]);
            Assert.DoesNotContain("{", letter.ToText() + letter.Subject, StringComparison.Ordinal);
        }

        Assert.Contains(TestServer.Issuer + "/login", Written.OfTakenAddress("ada@example.com", CultureInfo.GetCultureInfo(language)).ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_site_with_a_name_says_it_and_its_address()
    {
        var named = new Letters(new Texts(), new Settings { Issuer = TestServer.Issuer, Branding = new() { Name = "The Reading Room" } });
        Assert.Equal("You have an account at The Reading Room (localhost:8080) already", named.OfTakenAddress("ada@example.com", CultureInfo.GetCultureInfo("en")).Subject);
    }

    [Fact]
    public async Task A_mail_in_Arabic_reads_from_right_to_left_and_loads_nothing()
    {
        await using var server = await TestServer.StartAsync();
        var mailbox = new Mailbox(server.Get<Entropy>().NewId(), "ada", "ada@example.com", "", IsActive: true) { Locale = "ar" };
        await server.Get<NoticeMail>().SendToAsync(mailbox, NoticeKind.NewDevice, http: null);
        var mail = await server.NewestMailToAsync("ada@example.com");
        Assert.Contains("<html lang=\"ar\" dir=\"rtl\">", mail.Html, StringComparison.Ordinal);
        Assert.DoesNotMatch("<(img|link|script|iframe|form|input)|url\\(|@import| src=", mail.Html);
        Assert.Equal(server.Get<Texts>() is var texts ? In("ar", () => texts["Mail.NewDeviceSubject", "localhost:8080"]) : "", mail.Subject);
    }

    private static string In(string language, Func<string> read)
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);
        return read();
    }

    [GeneratedRegex(@"https?://\S+")]
    private static partial Regex Addresses();
}
