using Microsoft.Extensions.Configuration;

namespace IdentityProvider.Server.Tests;

/// <summary>A mistake in the settings is one clear line, and nothing is silently ignored.</summary>
public sealed class SettingsTests
{
    [Theory]
    [InlineData("Idp:Isuer", "https://login.example.com", "Idp has no setting 'Isuer'.")]
    [InlineData("Idp:Keys:Rotation", "30", "Idp has no setting 'Rotation'.")]
    [InlineData("Idp:Issuer", "http://login.example.com", "Idp:Issuer must be https (http is for loopback alone), not 'http://login.example.com'.")]
    [InlineData("Idp:Issuer", "https://login.example.com/a/../b", "Idp:Issuer must be written as 'https://login.example.com/b', not 'https://login.example.com/a/../b': it is compared character for character.")]
    [InlineData("Idp:Issuer", "https://login.example.com/a//b", "Idp:Issuer must be an absolute URL of scheme, host, port and perhaps a path of plain names, not 'https://login.example.com/a//b'.")]
    [InlineData("Idp:Issuer", "https://login.example.com/a%20b", "Idp:Issuer must be an absolute URL of scheme, host, port and perhaps a path of plain names, not 'https://login.example.com/a%20b'.")]
    [InlineData("Idp:Issuer", "https://login.example.com/.well-known", "Idp:Issuer must be an absolute URL of scheme, host, port and perhaps a path of plain names, not 'https://login.example.com/.well-known'.")]
    [InlineData("Idp:Issuer", "https://login.example.com/a?b", "Idp:Issuer must be an absolute URL of scheme, host, port and perhaps a path of plain names, not 'https://login.example.com/a?b'.")]
    [InlineData("Idp:Issuer", "HTTPS://login.example.com", "Idp:Issuer must be written as 'https://login.example.com', not 'HTTPS://login.example.com': it is compared character for character.")]
    [InlineData("Idp:Issuer", "https://login.example.com:443", "Idp:Issuer must be written as 'https://login.example.com', not 'https://login.example.com:443': it is compared character for character.")]
    [InlineData("Idp:Issuer", "login", "Idp:Issuer must be an absolute URL of scheme, host, port and perhaps a path of plain names, not 'login'.")]
    [InlineData("Idp:Database:Provider", "SqlServer", "Idp:Database:ConnectionString must be set for SqlServer; only PostgreSQL is embedded.")]
    [InlineData("Idp:Keys:AnnounceLead", "40.00:00:00", "Idp:Keys:AnnounceLead must be shorter than Idp:Keys:RotationInterval.")]
    [InlineData("Idp:Keys:AnnounceLead", "00:00:01", "Idp:Keys:AnnounceLead must be 10 seconds or more; a day or more in production.")]
    [InlineData("Idp:Sessions:IdleLimit", "8.00:00:00", "Idp:Sessions:IdleLimit must be a minute or more, and Idp:Sessions:AbsoluteLimit no shorter.")]
    [InlineData("Idp:Mail:From", "nobody", "Idp:Mail:From must be the address that mails come from, such as 'Sign-in <no-reply@example.com>', not 'nobody'.")]
    [InlineData("Idp:Mail:From", "a@example.com\r\nBcc: b@example.com", "Idp:Mail:From must be the address that mails come from, such as 'Sign-in <no-reply@example.com>', not 'a@example.com\r\nBcc: b@example.com'.")]
    [InlineData("Idp:Mail:Smtp:Username", "idp", "Idp:Mail:Smtp:Username and Idp:Mail:Smtp:Password need each other.")]
    [InlineData("Idp:Mail:Smtp:Port", "0", "Idp:Mail:Smtp:Port must be from 1 to 65535.")]
    [InlineData("Idp:Branding:AccentColor", "yellow", "Idp:Branding:AccentColor must be a colour as #rrggbb.")]
    [InlineData("Idp:Branding:AccentColor", "#ffff00", "Idp:Branding:AccentColor #ffff00 has a contrast of 1.0 to 1 on a light page and needs 4.5 (WCAG 2.2 AA); #707000 has it.")]
    [InlineData("Idp:Branding:AccentColorDark", "#ffffff", "Idp:Branding:AccentColorDark needs Idp:Branding:AccentColor.")]
    [InlineData("Idp:Branding:Name", "a\u202Eb", "Idp:Branding:Name must be plain text of at most 60 characters.")]
    [InlineData("Idp:Branding:Color", "#000000", "Idp has no setting 'Color'.")]
    [InlineData("Idp:Accounts:EditableClaims:0", "email", "Idp:Accounts:EditableClaims has 'email', which people can't be let change; they can: name, given_name, middle_name, family_name, nickname, gender, birthdate, picture, profile, website, locale, zoneinfo, phone_number, address.")]
    [InlineData("Idp:Telemetry:TraceRatio", "1.5", "Idp:Telemetry:TraceRatio must be from 0 to 1.")]
    [InlineData("Idp:Shutdown:Notice", "-00:00:01", "Idp:Shutdown:Notice must be from 0 to 10 minutes.")]
    [InlineData("Idp:Shutdown:Grace", "1.00:00:00", "Idp:Shutdown:Grace must be from 0 to 10 minutes.")]
    [InlineData("Idp:Connections:Most", "1", "Idp:Connections:Most must be 100 or more.")]
    [InlineData("Idp:Connections:HeadersTimeout", "00:00:00", "Idp:Connections:HeadersTimeout and Idp:Connections:IdleTimeout must be a second or more.")]
    [InlineData("Idp:Connections:BodyGrace", "00:00:01", "Idp:Connections:BodyGrace must be 2 seconds or more.")]
    [InlineData("Idp:Security:Contact", "security@example.com", "Idp:Security:Contact must be an https URL or a mailto: address, not 'security@example.com'.")]
    [InlineData("Idp:Security:Contact", "mailto:a@example.com\nExpires: never", "Idp:Security:Contact must be an https URL or a mailto: address, not 'mailto:a@example.com\nExpires: never'.")]
    [InlineData("Idp:Security:Policy", "https://example.com", "Idp:Security:Policy and Idp:Security:Encryption need Idp:Security:Contact.")]
    public void A_mistake_is_one_line_that_names_it(string key, string value, string line) =>
        Assert.Equal(line, Assert.Throws<SettingsException>(() => Load(isDevelopment: true, key, value)).Message);

    [Fact]
    public void A_value_of_the_wrong_kind_is_named_with_its_setting()
    {
        var message = Assert.Throws<SettingsException>(() => Load(isDevelopment: true, "Idp:Keys:RotationInterval", "often")).Message;
        Assert.Contains("Idp:Keys:RotationInterval", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Only_development_has_an_issuer_of_its_own()
    {
        Assert.Equal("http://localhost:8080", Load(isDevelopment: true).Issuer);
        Assert.StartsWith("Idp:Issuer must be set", Assert.Throws<SettingsException>(() => Load(isDevelopment: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_people_may_change_of_themselves_is_what_was_named_or_all_or_nothing()
    {
        Assert.Equal(14, Load(isDevelopment: true).Accounts.Editable.Count);
        Assert.Equal(["nickname"], Load(isDevelopment: true, "Idp:Accounts:EditableClaims:0", "nickname").Accounts.Editable);
        Assert.Empty(Load(isDevelopment: true, "Idp:Accounts:EditableClaims", "").Accounts.Editable);
    }

    [Fact]
    public void Calls_to_private_addresses_are_for_development_unless_an_operator_says_so()
    {
        Assert.True(Load(isDevelopment: true).Outgoing.AllowPrivateNetwork);
        Assert.False(Load(isDevelopment: false, "Idp:Issuer", "https://login.example.com").Outgoing.AllowPrivateNetwork);
    }

    [Fact]
    public void Mail_goes_into_a_folder_in_development_and_in_clear_to_this_machine_alone()
    {
        Assert.Equal(Path.Combine(AppContext.BaseDirectory, ".idp/mail"), Load(isDevelopment: true).Mail.Folder);
        Assert.False(Load(isDevelopment: false, "Idp:Issuer", "https://login.example.com").Mail.IsOn);
        Assert.Equal(
            "Idp:Mail:Folder is for Development alone: the links in mails would lie in files. Set Idp:Mail:Smtp:Host.",
            Assert.Throws<SettingsException>(() => Load(false, ("Idp:Issuer", "https://login.example.com"), ("Idp:Mail:Folder", "mails"), ("Idp:Mail:From", "a@example.com"))).Message);
        Assert.Equal(
            "Idp:Mail:Smtp:Tls may be None for a server on loopback alone: mails hold links that work. 'mail.example.com' must offer STARTTLS.",
            Assert.Throws<SettingsException>(() => Load(true, ("Idp:Mail:Smtp:Host", "mail.example.com"), ("Idp:Mail:Smtp:Tls", "None"))).Message);
        var local = Load(true, ("Idp:Mail:Smtp:Host", "localhost"), ("Idp:Mail:Smtp:Tls", "None")).Mail;
        Assert.Equal((true, null), (local.IsOn, local.Folder));
        Assert.Equal(SmtpTls.StartTls, Load(true, ("Idp:Mail:Smtp:Host", "mail.example.com")).Mail.Smtp.Tls);
    }

    private static Settings Load(bool isDevelopment, params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value));
        return Settings.Load(configuration.Build(), isDevelopment, AppContext.BaseDirectory);
    }

    private static Settings Load(bool isDevelopment, string? key = null, string? value = null)
    {
        var configuration = new ConfigurationBuilder();
        if (key is not null)
            configuration.AddInMemoryCollection([new(key, value)]);
        return Settings.Load(configuration.Build(), isDevelopment, AppContext.BaseDirectory);
    }
}
