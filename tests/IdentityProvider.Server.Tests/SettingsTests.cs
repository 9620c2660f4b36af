using Microsoft.Extensions.Configuration;

namespace IdentityProvider.Server.Tests;

/// <summary>A mistake in the settings is one clear line, and nothing is silently ignored.</summary>
public sealed class SettingsTests
{
    [Theory]
    [InlineData("Idp:Isuer", "https://login.example.com", "Idp has no setting 'Isuer'.")]
    [InlineData("Idp:Keys:Rotation", "30", "Idp has no setting 'Rotation'.")]
    [InlineData("Idp:Issuer", "http://login.example.com", "Idp:Issuer must be https (http is for loopback alone), not 'http://login.example.com'.")]
    [InlineData("Idp:Issuer", "https://login.example.com/tenant", "Idp:Issuer must be an absolute URL of scheme, host and port alone, not 'https://login.example.com/tenant'.")]
    [InlineData("Idp:Issuer", "HTTPS://login.example.com", "Idp:Issuer must be written as 'https://login.example.com', not 'HTTPS://login.example.com': it is compared character for character.")]
    [InlineData("Idp:Issuer", "https://login.example.com:443", "Idp:Issuer must be written as 'https://login.example.com', not 'https://login.example.com:443': it is compared character for character.")]
    [InlineData("Idp:Issuer", "login", "Idp:Issuer must be an absolute URL of scheme, host and port alone, not 'login'.")]
    [InlineData("Idp:Database:Provider", "SqlServer", "Idp:Database:ConnectionString must be set for SqlServer; only PostgreSQL is embedded.")]
    [InlineData("Idp:Keys:AnnounceLead", "40.00:00:00", "Idp:Keys:AnnounceLead must be shorter than Idp:Keys:RotationInterval.")]
    [InlineData("Idp:Keys:AnnounceLead", "00:00:01", "Idp:Keys:AnnounceLead must be 10 seconds or more; a day or more in production.")]
    [InlineData("Idp:Sessions:IdleLimit", "8.00:00:00", "Idp:Sessions:IdleLimit must be a minute or more, and Idp:Sessions:AbsoluteLimit no shorter.")]
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
    public void Calls_to_private_addresses_are_for_development_unless_an_operator_says_so()
    {
        Assert.True(Load(isDevelopment: true).Outgoing.AllowPrivateNetwork);
        Assert.False(Load(isDevelopment: false, "Idp:Issuer", "https://login.example.com").Outgoing.AllowPrivateNetwork);
    }

    private static Settings Load(bool isDevelopment, string? key = null, string? value = null)
    {
        var configuration = new ConfigurationBuilder();
        if (key is not null)
            configuration.AddInMemoryCollection([new(key, value)]);
        return Settings.Load(configuration.Build(), isDevelopment, AppContext.BaseDirectory);
    }
}
