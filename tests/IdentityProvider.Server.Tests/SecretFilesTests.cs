using Microsoft.Extensions.Configuration;

namespace IdentityProvider.Server.Tests;

/// <summary>A secret may stand in a file, as container engines mount it, so that it is in no environment that others may read.</summary>
public sealed class SecretFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("idp-secrets-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_setting_is_the_content_of_the_file_that_is_named_for_it_without_its_line_end()
    {
        var settings = Load(("Idp:Database:ConnectionString:File", File("Host=db;Password=x \n")), ("Idp:Mail:Smtp:Host", "mail"), ("Idp:Mail:Smtp:Username", "u"), ("Idp:Mail:Smtp:Password:File", File("p")));
        Assert.Equal("Host=db;Password=x ", settings.Database.ConnectionString);
        Assert.Equal("p", settings.Mail.Smtp!.Password);
        Assert.Equal("http://localhost:8080", settings.Issuer);
    }

    [Fact]
    public void A_file_that_is_not_there_stops_the_server_with_a_line_that_names_the_setting()
    {
        var line = Assert.Throws<SettingsException>(() => Load(("Idp:Database:ConnectionString:File", "/nowhere/secret"))).Message;
        Assert.StartsWith("Idp:Database:ConnectionString:File: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
    }

    [Fact]
    public void A_setting_has_a_value_or_a_file() => Assert.Equal(
        "Idp:Database:ConnectionString and Idp:Database:ConnectionString:File can't both be set.",
        Assert.Throws<SettingsException>(() => Load(("Idp:Database:ConnectionString:File", File("a")), ("Idp:Database:ConnectionString", "b"))).Message);

    [Fact]
    public void A_setting_that_there_is_not_has_no_file_either() =>
        Assert.Equal("Idp has no setting 'Isuer'.", Assert.Throws<SettingsException>(() => Load(("Idp:Isuer:File", File("a")))).Message);

    private static Settings Load(params (string Key, string Value)[] given) => Settings.Load(
        new ConfigurationBuilder().AddInMemoryCollection(given.Select(its => KeyValuePair.Create(its.Key, (string?)its.Value))).Build(), isDevelopment: true, Path.GetTempPath());

    private string File(string content)
    {
        var path = Path.Combine(_folder.FullName, $"{_folder.GetFiles().Length}");
        System.IO.File.WriteAllText(path, content);
        return path;
    }
}
