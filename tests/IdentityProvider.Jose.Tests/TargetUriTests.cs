using FsCheck;
using FsCheck.Fluent;

namespace IdentityProvider.Jose.Tests;

public sealed class TargetUriTests
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(1000);

    private static readonly Gen<string> Segment =
        from characters in Gen.Elements("abcXYZ019-._~%2F%41!$&'()*+,;=:@".Select(c => c.ToString()).Where(c => c != "%").Concat(["%2F", "%41", "%e4", "%7e"]).ToArray()).ListOf()
        select string.Concat(characters);

    private static readonly Gen<string> Uri =
        from scheme in Gen.Elements("https", "http")
        from host in Gen.Elements("issuer.example", "a.b.example", "127.0.0.1", "[2001:db8::1]", "localhost")
        from port in Gen.Elements("", ":8443", ":81")
        from segments in Segment.ListOf()
        select $"{scheme}://{host}{port}/{string.Join('/', segments)}";

    [Theory]
    [InlineData("https://issuer.example/token", "HTTPS://ISSUER.example:443/token")]
    [InlineData("https://issuer.example/token", "https://issuer.example:/token")]
    [InlineData("https://issuer.example/token", "https://issuer.example/%74oken")]
    [InlineData("https://issuer.example/token", "https://issuer.example/./a/../token")]
    [InlineData("https://issuer.example/token", "https://issuer.example/%2e%2E/token")]
    [InlineData("https://issuer.example/token", "https://issuer.example/token?a=b")]
    [InlineData("https://issuer.example/token", "https://issuer.example/token#a?b")]
    [InlineData("https://issuer.example/", "https://issuer.example")]
    [InlineData("https://issuer.example", "https://issuer.example?a/b")]
    [InlineData("http://localhost:8080/token", "http://LOCALHOST:08080/token")]
    [InlineData("http://localhost/token", "http://localhost:80/token")]
    [InlineData("https://[2001:DB8::1]/a", "https://[2001:db8::1]:443/a")]
    [InlineData("https://issuer.example/%c3%a4", "https://issuer.example/%C3%A4")]
    [InlineData("https://issuer.example/a/", "https://issuer.example/a/b/..")]
    public void Are_the_same(string one, string other) => Assert.True(TargetUri.AreSame(one, other));

    [Theory]
    [InlineData("https://issuer.example/token", "http://issuer.example/token")]
    [InlineData("https://issuer.example/token", "https://issuer.example/Token")]
    [InlineData("https://issuer.example/token", "https://issuer.example/token/")]
    [InlineData("https://issuer.example/token", "https://issuer.example:8443/token")]
    [InlineData("https://issuer.example/token", "https://issuer.example.attacker.example/token")]
    [InlineData("https://issuer.example/a/b", "https://issuer.example/a%2Fb")]
    [InlineData("https://issuer.example/token", "https://issuer.example//token")]
    [InlineData("http://localhost:443/token", "http://localhost/token")]
    public void Are_not_the_same(string one, string other) => Assert.False(TargetUri.AreSame(one, other));

    [Theory]
    [InlineData("")]
    [InlineData("/token")]
    [InlineData("token")]
    [InlineData("ftp://issuer.example/token")]
    [InlineData("https:issuer.example/token")]
    [InlineData("https:///token")]
    [InlineData("https://:443/token")]
    [InlineData("https://issuer.example:70000/token")]
    [InlineData("https://issuer.example:+443/token")]
    [InlineData("https://user@issuer.example/token")]
    [InlineData("https://issuer.example\\@attacker.example/token")]
    [InlineData("https://issuer.example/to\\ken")]
    [InlineData("https://issuer.example/to ken")]
    [InlineData("https://issuer.example/tok\u00e9n")]
    [InlineData("https://issu\u00e9r.example/token")]
    [InlineData("https://issuer.example/%zz")]
    [InlineData("https://issuer.example/%4")]
    [InlineData("https://[::1/token")]
    [InlineData("https://[::g]/token")]
    [InlineData(" https://issuer.example/token")]
    public void Is_no_target(string uri)
    {
        Assert.Null(TargetUri.NormalizeOrNull(uri));
        Assert.False(TargetUri.AreSame(uri, uri));
    }

    [Fact]
    public void A_longer_one_than_any_request_has_is_none() => Assert.Null(TargetUri.NormalizeOrNull("https://issuer.example/" + new string('a', TargetUri.MaxLength)));

    [Fact]
    public void No_text_makes_it_throw() =>
        Prop.ForAll<string?>(text => TargetUri.NormalizeOrNull("https://" + text) is null or { Length: > 0 }).Check(Thorough);

    [Fact]
    public void The_one_spelling_is_its_own() =>
        Prop.ForAll(Uri.ToArbitrary(), uri => TargetUri.NormalizeOrNull(uri) is { } one && TargetUri.NormalizeOrNull(one) == one).Check(Thorough);

    [Fact]
    public void Query_fragment_case_of_the_scheme_and_dots_change_nothing() =>
        Prop.ForAll(
            Uri.ToArbitrary(),
            Gen.Elements("", "?", "?a=b", "#", "#x", "?a#b").ToArbitrary(),
            (uri, tail) =>
            {
                var path = uri.IndexOf('/', uri.IndexOf("://", StringComparison.Ordinal) + 3);
                return TargetUri.AreSame(uri, uri[..path].ToUpperInvariant() + "/./x/.." + uri[path..] + tail);
            }).Check(Thorough);

    [Fact]
    public void Escapes_of_what_needs_none_change_nothing() =>
        Prop.ForAll(Uri.ToArbitrary(), uri =>
        {
            var path = uri.IndexOf('/', uri.IndexOf("://", StringComparison.Ordinal) + 3);
            var escaped = string.Concat(uri[path..].Select((c, i) => char.IsAsciiLetterOrDigit(c) && !IsInEscape(uri[path..], i) ? $"%{(int)c:x2}" : c.ToString()));
            return TargetUri.AreSame(uri, uri[..path] + escaped);
        }).Check(Thorough);

    [Fact]
    public void Another_last_segment_is_another_target() =>
        Prop.ForAll(Uri.ToArbitrary(), uri => !TargetUri.AreSame(uri, uri + "/other") && !TargetUri.AreSame(uri + "/one", uri + "/other")).Check(Thorough);

    private static bool IsInEscape(string path, int i) => (i > 0 && path[i - 1] == '%') || (i > 1 && path[i - 2] == '%');
}
