using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using IdentityProvider.Protocol.Branding;
using IdentityProvider.Server.Tests.Endpoints.Registration;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary>Whose sign-in it is and for which app: a name, a logo and a colour, without a line of code and without a style in a page.</summary>
public sealed partial class BrandingTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private const string Svg = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><rect width="2" height="2"/></svg>""";

    private static readonly byte[] Png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_site_has_its_name_logo_and_colour_on_every_page_from_our_own_files()
    {
        using var file = new LogoFile(Encoding.UTF8.GetBytes(Svg));
        await using var server = await TestServer.StartAsync(change: settings => settings with
        {
            Branding = new BrandingSettings { Name = "Ärzte <& Söhne>", Logo = file.Path, AccentColor = "#0b6b3a" },
        });
        using var browser = new Browser(server);
        var home = await browser.OpenAsync("/");
        Assert.Contains("Ärzte <& Söhne>", home.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<& S", home.Html, StringComparison.Ordinal);
        Assert.Contains("localhost:8080", home.Text, StringComparison.Ordinal); // by which people know where they are

        var logo = await GetAsync(server, LogoSource().Match(home.Html).Groups[1].Value);
        Assert.Equal((HttpStatusCode.OK, "image/svg+xml"), (logo.StatusCode, logo.Content.Headers.ContentType!.MediaType));
        Assert.Contains("sandbox", logo.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains("nosniff", logo.Headers.GetValues("X-Content-Type-Options").Single(), StringComparison.Ordinal);
        Assert.Contains("immutable", logo.Headers.CacheControl!.ToString(), StringComparison.Ordinal);

        var path = AccentSheet().Match(home.Html).Groups[1].Value;
        var sheet = await GetAsync(server, path);
        Assert.Equal("text/css", sheet.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith(":root { --accent: #0b6b3a; ", await sheet.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.DoesNotContain("style=", home.Html, StringComparison.Ordinal);
        Assert.Contains("style-src 'self'", home.Header("Content-Security-Policy"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stylesheet_is_answered_by_its_own_name_alone()
    {
        Assert.Null(Accent.Read("#0b6b3a", null, ("", ""), out var accent));
        var (light, dark) = (accent!.Light.ToString()[1..], accent.Dark.ToString()[1..]);
        foreach (var path in new[]
        {
            $"/design/000000000000/accent-{light}-{dark}.css", "/design/x/accent-red-blue.css", "/design/x/accent-ffff00-ffff00.css",
            "/design/x/accent-0b6b3a%7D%0Abody%7Bcolor%3Ared-0b6b3a.css", "/design/x/accent-..%2F..%2Fetc-passwd.css",
        })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(fixture.Server, path)).StatusCode);
        }
    }

    [Fact]
    public async Task An_app_has_its_name_logo_and_colour_where_people_sign_in_to_it_and_agree()
    {
        Assert.Null(Accent.Read("#8a1c7c", null, ("", ""), out var accent));
        var client = await fixture.Server.AddClientAsync(c => c with { ClientName = "Shop <b>", LogoUri = "https://shop.example/logo.png", Accent = accent });
        using var browser = new Browser(fixture.Server);
        var login = await browser.OpenAsync(client.Request());
        var consent = await browser.SignInAsync(login, await fixture.Server.AddPersonAsync());
        foreach (var page in new[] { login, consent })
        {
            Assert.Contains("Shop &lt;b&gt;", page.Html, StringComparison.Ordinal);
            Assert.Contains("src=\"https://shop.example/logo.png\"", page.Html, StringComparison.Ordinal);
            Assert.Contains("img-src 'self' data: https://shop.example;", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
            Assert.Contains("--accent: #8a1c7c;", await (await GetAsync(fixture.Server, AccentSheet().Match(page.Html).Groups[1].Value)).Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }

        // And nowhere else.
        Assert.DoesNotMatch(AccentSheet(), (await browser.OpenAsync("/")).Html);
        Assert.DoesNotMatch(AccentSheet(), (await browser.OpenAsync((await fixture.Server.AddClientAsync()).Request())).Html);
    }

    [Fact]
    public async Task What_an_app_that_registered_itself_says_of_itself_is_marked_unchecked_on_the_sign_in_too()
    {
        var (token, _) = await fixture.Server.PolicyAsync(policy => policy);
        var registered = await fixture.Server.RegisterAsync(token, """{"client_name":"Your bank","redirect_uris":["https://app.example/cb"],"token_endpoint_auth_method":"none","scope":"openid","brand_color":"#8a1c7c"}""");
        var client = (await fixture.Server.Get<IdentityProvider.Storage.Clients>().FindAsync(registered["client_id"]!, Cancellation))!;
        Assert.Null(client.Accent); // an operator alone gives one
        using var browser = new Browser(fixture.Server);
        Assert.Contains("registered itself", (await browser.OpenAsync(client.Request())).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<svg/>")]
    [InlineData("<html xmlns=\"http://www.w3.org/1999/xhtml\"/>")]
    [InlineData("<!DOCTYPE svg [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><svg xmlns=\"http://www.w3.org/2000/svg\">&x;</svg>")]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\">")]
    [InlineData("GIF89a")]
    [InlineData("")]
    public void A_logo_is_what_every_browser_shows_and_nothing_that_reads_elsewhere(string content)
    {
        using var file = new LogoFile(Encoding.UTF8.GetBytes(content));
        Assert.Equal("Idp:Branding:Logo must be a PNG, an SVG or a WebP.", Mistake(new() { Logo = file.Path }));
    }

    [Fact]
    public void A_logo_that_is_too_large_or_not_there_is_refused_at_start()
    {
        using var large = new LogoFile([.. Png, .. new byte[BrandingSettings.LargestLogo]]);
        Assert.Equal("Idp:Branding:Logo must be of at most 256 KiB.", Mistake(new() { Logo = large.Path }));
        Assert.StartsWith("Idp:Branding:Logo can't be read: ", Mistake(new() { Logo = "/nowhere/logo.png" }), StringComparison.Ordinal);
        using var png = new LogoFile(Png);
        Assert.Equal("image/png", new BrandingSettings { Logo = png.Path }.ReadLogo()!.Value.MediaType);
    }

    private static string Mistake(BrandingSettings settings) => Assert.Throws<SettingsException>(() => settings.ReadLogo()).Message;

    private static Task<HttpResponseMessage> GetAsync(TestServer server, string path) => server.Http.GetAsync(new Uri(server.Address, path), Cancellation);

    [GeneratedRegex("<img class=\"logo\" src=\"([^\"]+)\"")]
    private static partial Regex LogoSource();

    [GeneratedRegex("href=\"(/design/[0-9a-f]{12}/accent-[0-9a-f]{6}-[0-9a-f]{6}.css)\"")]
    private static partial Regex AccentSheet();

    /// <summary>A file with this in it, for as long as a test lasts.</summary>
    private sealed class LogoFile : IDisposable
    {
        public LogoFile(byte[] content) => File.WriteAllBytes(Path, content);

        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), System.IO.Path.GetRandomFileName());

        public void Dispose() => File.Delete(Path);
    }
}
