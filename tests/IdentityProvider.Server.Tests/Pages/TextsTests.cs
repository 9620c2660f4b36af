using System.Text.RegularExpressions;
using System.Xml.Linq;
using IdentityProvider.Server.Tests.Architecture;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary>What the pages say, in each language.</summary>
public sealed partial class TextsTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private const string Folder = "src/IdentityProvider.Server/Texts";

    private static readonly string[] Translations = ["de", "fr", "es", "ja", "ar"];

    public static TheoryData<string> Areas() =>
        [.. Directory.EnumerateFiles(Path.Combine(Tree.Root.FullName, Folder), "*.resx").Select(f => Path.GetFileName(f).Split('.')[0]).Distinct().Order()];

    [Theory]
    [MemberData(nameof(Areas))]
    public void Each_language_has_each_text_with_the_same_placeholders(string area)
    {
        var english = Read($"{area}.resx");
        foreach (var language in Translations)
        {
            var translated = Read($"{area}.{language}.resx");
            Assert.Equal(english.Keys.Order(), translated.Keys.Order());
            foreach (var (key, text) in english)
                Assert.True(Placeholders(text).SequenceEqual(Placeholders(translated[key])), $"{area}.{language}: {key}");
        }
    }

    [Fact]
    public void Each_text_that_a_page_names_is_there()
    {
        var known = Areas().SelectMany(row => Read($"{row.Data}.resx").Keys.Select(name => $"{row.Data}.{name}")).ToHashSet();
        var named = Tree.SourceFiles("src/IdentityProvider.Server")
            .SelectMany(file => Named.Matches(Tree.Read(file)).Select(match => (File: file, Key: match.Groups[1].Value)))
            .ToList();
        Assert.NotEmpty(named);
        Assert.DoesNotContain(named, use => !known.Contains(use.Key));
    }

    [Theory]
    [InlineData("de-CH,de;q=0.9,en;q=0.5", null, "de", "ltr", "Ihre Anmeldung für jede App")]
    [InlineData("sv, fr;q=0.3, es;q=0.4", null, "es", "ltr", "Su inicio de sesión para todas las aplicaciones")]
    [InlineData("sv", null, "en", "ltr", "Your sign-in for every app")]
    [InlineData("de;q=0, *", null, "en", "ltr", "Your sign-in for every app")]
    [InlineData("de", "ar", "ar", "rtl", "تسجيل دخولك إلى كل التطبيقات")]
    [InlineData("de", "xx", "de", "ltr", "Ihre Anmeldung für jede App")]
    [InlineData(";;;,", null, "en", "ltr", "Your sign-in for every app")]
    public async Task A_page_is_in_the_language_that_was_chosen_or_that_the_browser_speaks(string accepted, string? chosen, string lang, string dir, string heading)
    {
        using var http = fixture.Server.NewBrowser();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        Assert.True(request.Headers.TryAddWithoutValidation("Accept-Language", accepted));
        if (chosen is not null)
            request.Headers.Add("Cookie", "idp-language=" + chosen);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains($"<html lang=\"{lang}\" dir=\"{dir}\">", html, StringComparison.Ordinal);
        Assert.Contains(heading, System.Net.WebUtility.HtmlDecode(html), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_wishes_a_language_gets_its_pages_in_it()
    {
        using var browser = new Browser(fixture.Server);
        var client = await fixture.Server.AddClientAsync();
        Assert.Contains("<html lang=\"fr\"", (await browser.OpenAsync(client.Request("ui_locales=sv%20fr-CA%20de"))).Html, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"en\"", (await browser.OpenAsync(client.Request("ui_locales=sv"))).Html, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Read(string file) =>
        XDocument.Load(Path.Combine(Tree.Root.FullName, Folder, file)).Root!.Elements("data")
            .ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value, StringComparer.Ordinal);

    private static IEnumerable<string> Placeholders(string text) => Placeholder.Matches(text).Select(match => match.Value).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\{[0-9][^}]*\}")]
    private static partial Regex Placeholder { get; }

    [GeneratedRegex(@"\bT(?:\[|\.Phrase\()""([A-Za-z]+\.[A-Za-z0-9]+)""")]
    private static partial Regex Named { get; }
}
