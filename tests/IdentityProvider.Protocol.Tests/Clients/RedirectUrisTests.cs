using FsCheck;
using FsCheck.Fluent;
using IdentityProvider.Protocol.Clients;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Clients;

public sealed class RedirectUrisTests
{
    [Theory]
    [InlineData("https://app.example/cb")]
    [InlineData("https://app.example")]
    [InlineData("https://app.example:8443/cb?tenant=a&next=%2Fhome%3Fx")]
    [InlineData("https://[2001:db8::1]/cb")]
    [InlineData("http://localhost:8081/callback")]
    [InlineData("http://127.0.0.1/callback")]
    [InlineData("http://[::1]:9000/")]
    public void Both_types_may_register_https_and_loopback_http(string uri)
    {
        Assert.Null(RedirectUris.DecideRegistration(uri, ApplicationType.Web));
        Assert.Null(RedirectUris.DecideRegistration(uri, ApplicationType.Native));
    }

    [Theory]
    [InlineData("com.example.app:/callback")]
    [InlineData("com.example.app://callback")]
    [InlineData("com.example.app:callback")]
    public void A_native_client_may_register_a_private_use_scheme_and_a_web_client_may_not(string uri)
    {
        Assert.Null(RedirectUris.DecideRegistration(uri, ApplicationType.Native));
        Assert.Equal(Refusal.RedirectUriSchemeNotAllowed, RedirectUris.DecideRegistration(uri, ApplicationType.Web));
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("myapp:/callback")]
    [InlineData("ws://app.example/")]
    [InlineData("ftp.:/x")]
    public void Refuses_a_scheme_that_is_nobodys_domain(string uri) =>
        Assert.Equal(Refusal.RedirectUriSchemeNotAllowed, RedirectUris.DecideRegistration(uri, ApplicationType.Native));

    [Theory]
    [InlineData("")]
    [InlineData("/cb")]
    [InlineData("//app.example/cb")]
    [InlineData("https:app.example")]
    [InlineData("https:/app.example")]
    [InlineData("https:///app.example")]
    [InlineData("https://")]
    [InlineData("HTTPS://app.example/cb")]
    [InlineData(" https://app.example/cb")]
    [InlineData("https://app.example/cb\n")]
    [InlineData("https://app.example/c b")]
    [InlineData("https://app.example\\@evil.example/")]
    [InlineData("https://app.example/\u0000")]
    [InlineData("https://äpp.example/")]
    [InlineData("https://app.example:99999/")]
    [InlineData("https://app.example:0/")]
    [InlineData("https://app.example:/")]
    [InlineData("https://app.example/%zz")]
    [InlineData("https://.example/")]
    [InlineData("https://[::1/")]
    public void Refuses_what_is_not_an_absolute_URI_in_plain_characters(string uri) =>
        Assert.Equal(Refusal.RedirectUriMalformed, RedirectUris.DecideRegistration(uri, ApplicationType.Web));

    [Fact]
    public void Refuses_a_URI_without_end() =>
        Assert.Equal(Refusal.RedirectUriMalformed, RedirectUris.DecideRegistration("https://app.example/" + new string('a', 2000), ApplicationType.Web));

    [Theory]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("http://[::1]")]
    public void Leaves_room_for_the_port_that_a_native_client_may_put_in(string origin)
    {
        var address = origin.EndsWith(":1", StringComparison.Ordinal) ? origin[..^2] : origin;
        var path = "/" + new string('a', RedirectUris.MaxLength - address.Length - ":65535".Length - 1);
        Assert.Equal(RedirectUris.MaxLength, (address + ":65535" + path).Length);

        Assert.Null(RedirectUris.DecideRegistration(origin + path, ApplicationType.Native));
        Assert.Equal(Refusal.RedirectUriMalformed, RedirectUris.DecideRegistration(origin + path + "a", ApplicationType.Native));
        Assert.Null(RedirectUris.DecideRegistration(origin + path + "a", ApplicationType.Web));
    }

    [Theory]
    [InlineData("https://[1::2::3]/cb")]
    [InlineData("https://[::g]/cb")]
    [InlineData("https://[1]/cb")]
    [InlineData("com.example.app://[1::2::3]/cb")]
    public void Refuses_what_the_pages_could_not_read(string uri) =>
        Assert.Equal(Refusal.RedirectUriMalformed, RedirectUris.DecideRegistration(uri, ApplicationType.Native));

    [Theory]
    [InlineData("https://app.example/cb#")]
    [InlineData("https://app.example/cb#part")]
    [InlineData("com.example.app:/cb#part")]
    public void Refuses_a_fragment(string uri) => Assert.Equal(Refusal.RedirectUriHasFragment, RedirectUris.DecideRegistration(uri, ApplicationType.Native));

    [Theory]
    [InlineData("https://*.app.example/cb")]
    [InlineData("https://app.example/*")]
    [InlineData("*://app.example/")]
    public void Refuses_a_wildcard(string uri) =>
        Assert.Contains(RedirectUris.DecideRegistration(uri, ApplicationType.Web), new Refusal?[] { Refusal.RedirectUriHasWildcard, Refusal.RedirectUriMalformed });

    [Theory]
    [InlineData("https://app.example/*")]
    public void Says_that_it_was_the_wildcard(string uri) => Assert.Equal(Refusal.RedirectUriHasWildcard, RedirectUris.DecideRegistration(uri, ApplicationType.Web));

    [Theory]
    [InlineData("https://app.example/a/../b")]
    [InlineData("https://app.example/..")]
    [InlineData("https://app.example/./b")]
    [InlineData("https://app.example/%2e%2E/b")]
    [InlineData("https://app.example/a%2fb")]
    [InlineData("https://app.example/a%5cb")]
    [InlineData("https://app.example/a%00")]
    [InlineData("https://app.example/a%0d%0aSet-Cookie:x")]
    [InlineData("https://app.example/%252e%252e/b")]
    public void Refuses_paths_that_mean_another_path(string uri) =>
        Assert.Equal(Refusal.RedirectUriNotCanonical, RedirectUris.DecideRegistration(uri, ApplicationType.Web));

    [Theory]
    [InlineData("https://app.example@evil.example/")]
    [InlineData("https://user:pass@app.example/cb")]
    [InlineData("http://localhost@evil.example/")]
    public void Refuses_user_information(string uri) => Assert.Equal(Refusal.RedirectUriHasUserInfo, RedirectUris.DecideRegistration(uri, ApplicationType.Web));

    [Theory]
    [InlineData("http://app.example/cb")]
    [InlineData("http://127.0.0.1.evil.example/")]
    [InlineData("http://localhost.evil.example/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://127.1/")]
    [InlineData("http://[::ffff:127.0.0.1]/")]
    [InlineData("http://LOCALHOST/")]
    public void Refuses_http_that_may_leave_the_machine(string uri) =>
        Assert.Equal(Refusal.RedirectUriNotHttps, RedirectUris.DecideRegistration(uri, ApplicationType.Native));

    [Theory]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", true)]
    [InlineData("http://127.0.0.1:1234/cb", "http://127.0.0.1:51004/cb", true)]
    [InlineData("http://127.0.0.1:1234/cb", "http://127.0.0.1/cb", true)]
    [InlineData("http://[::1]/cb?a=b", "http://[::1]:65535/cb?a=b", true)]
    [InlineData("http://127.0.0.1", "http://127.0.0.1:8080", true)]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:51004/other", false)]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb/", false)]
    [InlineData("http://127.0.0.1/cb", "http://[::1]:51004/cb", false)]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:0/cb", false)]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:/cb", false)]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:65536/cb", false)]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:08/cb", false)]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example/cb", false)]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", false)]
    [InlineData("http://127.0.0.1", "http://127.0.0.1@evil.example", false)]
    [InlineData("http://127.0.0.1", "http://127.0.0.1:80\\.evil.example", false)]
    [InlineData("http://127.0.0.1/cb", "https://127.0.0.1:51004/cb", false)]
    [InlineData("http://localhost/cb", "http://localhost:51004/cb", false)]
    [InlineData("https://127.0.0.1/cb", "https://127.0.0.1:51004/cb", false)]
    public void Only_the_port_of_a_loopback_address_is_free_and_only_for_native_clients(string registered, string presented, bool matches)
    {
        Assert.Equal(matches, RedirectUris.Matches(registered, presented, ApplicationType.Native));
        Assert.False(RedirectUris.Matches(registered, presented, ApplicationType.Web));
    }

    [Fact]
    public void Nothing_else_matches_than_the_same_text() =>
        Prop.ForAll(Uris.ToArbitrary(), Uris.ToArbitrary(), (registered, presented) =>
            RedirectUris.Matches(registered, presented, ApplicationType.Web) == string.Equals(registered, presented, StringComparison.Ordinal))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_change_of_one_character_never_matches() =>
        Prop.ForAll(Uris.ToArbitrary(), Gen.Choose(0, 5000).ToArbitrary(), Gen.Choose(0, 0x17F).ToArbitrary(), (uri, at, character) =>
        {
            var changed = uri.Remove(at % uri.Length, 1).Insert(at % uri.Length, ((char)character).ToString());
            return changed == uri || !RedirectUris.Matches(uri, changed, ApplicationType.Web);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_a_native_client_is_sent_is_what_it_registered_or_the_same_loopback_address() =>
        Prop.ForAll(Uris.ToArbitrary(), Uris.ToArbitrary(), (registered, presented) =>
        {
            if (!RedirectUris.Matches(registered, presented, ApplicationType.Native) || registered == presented) return true;
            var (r, p) = (new Uri(registered), new Uri(presented));
            return r.Scheme == "http" && r.Host == p.Host && p.IsLoopback && r.PathAndQuery == p.PathAndQuery && p.UserInfo.Length == 0;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Whatever_may_be_registered_is_read_alike_by_the_frameworks_parser() =>
        Prop.ForAll(Uris.ToArbitrary(), uri => RedirectUris.DecideRegistration(uri, ApplicationType.Web) is not null
            || (Uri.TryCreate(uri, UriKind.Absolute, out var parsed) && parsed.Fragment.Length == 0 && parsed.UserInfo.Length == 0
                && (parsed.Scheme == "https" || (parsed.Scheme == "http" && parsed.IsLoopback))))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void An_OpenID_request_names_its_redirect_URI_even_if_there_is_only_one()
    {
        var client = Given.Client() with { RedirectUris = ["https://app.example/cb"] };
        Assert.True(RedirectUris.Choose(client, null, isOpenId: false).Try(out var chosen, out _));
        Assert.Equal("https://app.example/cb", chosen.Value);
        Assert.False(chosen.WasRequested);
        Refused(Refusal.RedirectUriMissing, RedirectUris.Choose(client, null, isOpenId: true));
    }

    [Fact]
    public void Refuses_to_guess_between_two()
    {
        var client = Given.Client() with { RedirectUris = ["https://app.example/cb", "https://app.example/cb2"] };
        Refused(Refusal.RedirectUriMissing, RedirectUris.Choose(client, null, isOpenId: false));
        Assert.True(RedirectUris.Choose(client, "https://app.example/cb2", isOpenId: true).Try(out var chosen, out _));
        Assert.True(chosen.WasRequested);
    }

    [Theory]
    [InlineData("https://app.example/cb/random")]
    [InlineData("https://app.example/cb?foo=bar")]
    [InlineData("https://evil.example/cb")]
    public void Refuses_what_is_not_registered(string presented) =>
        Refused(Refusal.RedirectUriNotRegistered, RedirectUris.Choose(Given.Client() with { RedirectUris = ["https://app.example/cb"] }, presented, isOpenId: true));

    [Fact]
    public void After_a_logout_only_what_was_registered_for_it_is_returned_to()
    {
        var client = Given.Client() with { RedirectUris = ["https://app.example/cb"], PostLogoutRedirectUris = ["https://app.example/bye"] };
        Assert.True(RedirectUris.ChooseAfterLogout(client, "https://app.example/bye").Try(out _, out _));
        Refused(Refusal.LogoutRedirectUriNotRegistered, RedirectUris.ChooseAfterLogout(client, "https://app.example/cb"));
        Refused(Refusal.LogoutRedirectUriNotRegistered, RedirectUris.ChooseAfterLogout(client, "https://app.example/bye?foo=bar"));
    }

    private static Gen<string> Uris =>
        from scheme in Gen.Elements("https://", "http://", "com.example.app:/", "javascript:", "https:")
        from user in Gen.Frequency((8, Gen.Constant("")), (1, Gen.Constant("user@")))
        from host in Gen.Elements("app.example", "127.0.0.1", "[::1]", "localhost", "evil.example", "127.0.0.1.evil.example", "[::2]")
        from port in Gen.Elements("", ":80", ":8080", ":51004", ":0", ":70000", ":")
        from path in Gen.Elements("", "/", "/cb", "/cb/", "/../cb", "/%2e%2e/cb", "/cb\\x", "//evil.example", "/@evil.example")
        from end in Gen.Elements("", "?", "?a=b", "#", "#x", "*")
        select scheme + user + host + port + path + end;

    private static void Refused(Refusal expected, Decision<ValidatedRedirectUri> decision)
    {
        Assert.False(decision.Try(out _, out var reason));
        Assert.Equal(expected, reason);
    }
}
