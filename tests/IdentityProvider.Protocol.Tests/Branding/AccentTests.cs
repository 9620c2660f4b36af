using System.Text;
using System.Text.RegularExpressions;
using IdentityProvider.Protocol.Branding;
using IdentityProvider.Protocol.Clients;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Branding;

/// <summary>Somebody's own colour: one that everybody can read (WCAG 2.2, 1.4.3), and nothing else that CSS could mean.</summary>
public sealed partial class AccentTests
{
    [Theory]
    [InlineData("#000000", "#ffffff", 21)]
    [InlineData("#777777", "#ffffff", 4.48)]
    [InlineData("#0000ff", "#ffffff", 8.59)]
    [InlineData("#ff0000", "#000000", 5.25)]
    public void Contrast_is_that_of_WCAG(string one, string other, double ratio) =>
        Assert.Equal(ratio, Rgb.Read(one)!.Value.ContrastTo(Rgb.Read(other)!.Value), 0.005);

    [Theory]
    [InlineData("#12345")]
    [InlineData("#1234567")]
    [InlineData("123456")]
    [InlineData("#12345g")]
    [InlineData("#+12345")]
    [InlineData("red")]
    [InlineData("#fff")]
    [InlineData("")]
    [InlineData("#000000;}body{background:url(https://evil.example)")]
    [InlineData("url(https://evil.example/x)")]
    [InlineData("#\uFF11\uFF12\uFF13\uFF14\uFF15\uFF16")]
    public void Refuses_what_is_no_colour(string text)
    {
        Assert.Equal("brand_color", Accent.Read(text, null, ("brand_color", "dark"), out var none)!.Member);
        Assert.Null(none);
        Assert.Equal("dark", Accent.Read("#0b57d0", text, ("brand_color", "dark"), out _)!.Member);
    }

    [Fact]
    public void A_colour_that_few_can_read_is_refused_with_one_that_all_can()
    {
        var error = Accent.Read("#ffcc00", null, ("AccentColor", "AccentColorDark"), out _)!;
        Assert.Matches("^AccentColor: #ffcc00 has a contrast of 1\\.\\d to 1 on a light page and needs 4.5 \\(WCAG 2.2 AA\\); #[0-9a-f]{6} has it$", error.ToString());
        var nearest = error.Message.Split("; ")[1][..7];
        Assert.Null(Accent.Read(nearest, null, ("", ""), out _));
        Assert.Equal("AccentColorDark", Accent.Read("#0b57d0", "#0b57d0", ("AccentColor", "AccentColorDark"), out _)!.Member);
    }

    [Fact]
    public void Whatever_colour_is_taken_all_that_hangs_on_it_can_be_read()
    {
        var taken = 0;
        for (var i = 0; i < 4096; i++)
        {
            var color = new Rgb((byte)((i >> 8) * 17), (byte)(((i >> 4) & 15) * 17), (byte)((i & 15) * 17));
            if (Accent.Read(color.ToString(), null, ("", ""), out var accent) is not null)
                continue;
            taken++;
            var sheets = Declared().Matches(accent!.ToStylesheet()).Select(match => Rgb.Read(match.Groups[1].Value)!.Value).ToList();
            Assert.Equal(10, sheets.Count);
            foreach (var (shades, grounds) in new[] { (sheets[..5], new[] { "#ffffff", "#f3f4f8" }), (sheets[5..], ["#161b25", "#0d1017"]) })
            {
                var (own, strong, on, tint) = (shades[0], shades[1], shades[2], shades[3]);
                Assert.All(grounds, ground => Assert.True(own.ContrastTo(Rgb.Read(ground)!.Value) >= 4.5 && strong.ContrastTo(Rgb.Read(ground)!.Value) >= 4.5, $"{color} on {ground}"));
                Assert.True(on.ContrastTo(own) >= 4.5 && on.ContrastTo(strong) >= 4.5 && own.ContrastTo(tint) >= 4.5, $"{color}");
            }
        }

        Assert.True(taken > 1000, $"only {taken} colours are taken");
    }

    [Fact]
    public void A_stylesheet_is_of_one_form_whatever_it_was_made_of()
    {
        Assert.Null(Accent.Read("#0B57D0", null, ("", ""), out var accent));
        Assert.Matches(
            "^:root { (--[a-z-]+: #[0-9a-f]{6}; ){5}}\n@media \\(prefers-color-scheme: dark\\) { :root { (--[a-z-]+: #[0-9a-f]{6}; ){5}} }\n$",
            accent!.ToStylesheet().ReplaceLineEndings("\n"));
        Assert.StartsWith(":root { --accent: #0b57d0;", accent.ToStylesheet(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_has_a_colour_where_its_operator_gave_it_one_that_can_be_read()
    {
        var client = Assert.IsType<Validated<Client>.Valid>(Decide("#0b57d0")).Value;
        Assert.Equal("#0b57d0", client.Accent!.Light.ToString());
        Assert.Equal("#0b57d0", ClientMetadata.Of(client).BrandColor);
        Assert.Equal("#0b57d0", ClientMetadataRules.Restore(ClientMetadata.Of(client))!.Accent!.Light.ToString());
        Assert.Equal("brand_color", Assert.IsType<Validated<Client>.Invalid>(Decide("#ffff00")).Error.Member);
        Assert.Equal("brand_color", Assert.IsType<Validated<Client>.Invalid>(Decide("red;}")).Error.Member);
    }

    private static Validated<Client> Decide(string color)
    {
        var json = Encoding.UTF8.GetBytes($$"""{"redirect_uris":["https://app.example/cb"],"brand_color":"{{color}}"}""");
        return ClientMetadataRules.Decide(Assert.IsType<Validated<ClientMetadata>.Valid>(MetadataJson.Read(json, ClientMetadataJson.Default.ClientMetadata)).Value, "app", []);
    }

    [GeneratedRegex("--[a-z-]+: (#[0-9a-f]{6});")]
    private static partial Regex Declared();
}
