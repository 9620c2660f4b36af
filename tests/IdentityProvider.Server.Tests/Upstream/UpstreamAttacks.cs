using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Http;

namespace IdentityProvider.Server.Tests.Upstream;

/// <summary>An upstream that is evil, or that somebody evil uses.</summary>
public sealed class UpstreamAttacks(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    public static TheoryData<string, Refusal> Lies() => new()
    {
        { """{"iss":"https://login.example"}""", Refusal.UpstreamIdTokenInvalid },
        { """{"aud":"somebody-else"}""", Refusal.UpstreamAudienceMismatch },
        { """{"aud":["us","somebody-else"]}""", Refusal.UpstreamAudienceMismatch },
        { """{"azp":"somebody-else"}""", Refusal.UpstreamAudienceMismatch },
        { """{"nonce":"another"}""", Refusal.UpstreamNonceMismatch },
        { """{"at_hash":"AAAAAAAAAAAAAAAAAAAAAA"}""", Refusal.UpstreamAccessTokenMismatch },
        { """{"exp":1}""", Refusal.UpstreamClockOff },
        { """{"iat":4102444800,"exp":4102444900}""", Refusal.UpstreamClockOff },
        { """{"iat":1}""", Refusal.UpstreamClockOff },
        { """{"sub":["ada"]}""", Refusal.UpstreamIdTokenInvalid },
        { """{"sub":"ada\u0000"}""", Refusal.UpstreamSubjectInvalid },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_token_with_a_lie_signs_nobody_in(string changes, Refusal reason)
    {
        await using var fake = await LinkedAsync();
        fake.ChangeClaims = claims =>
        {
            foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject())
                claims[name] = value!.DeepClone();
        };
        await AssertRefusedAsync(fake, reason);
    }

    [Fact]
    public async Task A_subject_longer_than_its_column_is_nobody_and_not_the_one_that_it_begins_with()
    {
        await using var fake = await LinkedAsync(new string('a', 255));
        fake.Subject = new string('a', 256);
        await AssertRefusedAsync(fake, Refusal.UpstreamSubjectInvalid);
        fake.Subject = new string('a', 254);
        await AssertRefusedAsync(fake, Refusal.UpstreamAccountUnknown);
    }

    [Theory]
    [InlineData("Ada")]
    [InlineData("ADA")]
    public async Task A_subject_in_another_case_is_somebody_else(string subject)
    {
        await using var fake = await LinkedAsync("ada");
        fake.Subject = subject;
        await AssertRefusedAsync(fake, Refusal.UpstreamAccountUnknown);
    }

    [Fact]
    public async Task No_signature_a_public_key_for_a_secret_and_a_key_of_another()
    {
        await using var fake = await LinkedAsync();
        using var another = SigningKey.Generate(SignatureAlgorithm.ES256);
        fake.Sign = claims => Unsigned("""{"alg":"none"}""", claims) + ".";
        await AssertRefusedAsync(fake, Refusal.UpstreamIdTokenInvalid);
        fake.Sign = claims =>
        {
            var signed = Unsigned($$"""{"alg":"HS256","kid":"{{fake.Key.Kid}}"}""", claims);
            return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(new JsonWebKeySet([fake.Key.PublicKey]).ToUtf8Bytes(), Encoding.ASCII.GetBytes(signed)))}";
        };
        await AssertRefusedAsync(fake, Refusal.UpstreamIdTokenInvalid);
        fake.Sign = claims => Jws.Sign(another, "JWT", Encoding.UTF8.GetBytes(claims.ToJsonString()));
        await AssertRefusedAsync(fake, Refusal.UpstreamIdTokenInvalid);
        foreach (var typ in new[] { "at+jwt", "logout+jwt" })
        {
            fake.Sign = claims => Jws.Sign(fake.Key, typ, Encoding.UTF8.GetBytes(claims.ToJsonString()));
            await AssertRefusedAsync(fake, Refusal.UpstreamIdTokenInvalid);
        }
    }

    [Fact]
    public async Task An_address_of_somebody_here_never_leads_into_their_account()
    {
        var victim = await Server.AddPersonAsync(u => u.SetEmail("victim@example.com", isVerified: true, Server.Clock.GetUtcNow()));
        var named = await Server.AddPersonAsync(u => u.UserName = "named@example.com");
        await using var fake = await FakeUpstream.StartAsync(Server, u => u with { Create = UpstreamCreation.Always, EmailDomains = ["example.com"] });
        foreach (var (email, isVerified) in new[] { ("victim@example.com", true), ("VICTIM@EXAMPLE.COM", true), ("named@example.com", true), ("victim@example.com", false) })
        {
            using var browser = new Browser(Server);
            fake.ChangeClaims = c => (c["email"], c["email_verified"], c["preferred_username"]) = (email, isVerified, victim);
            var page = await fake.SignInAsync(browser);
            Assert.Equal(isVerified ? "You have an account here already" : "Are you new here?", page.Heading);
            Assert.Contains("sign in to it first", page.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("idp-session", browser.SetCookies.Keys);
        }

        foreach (var username in new[] { victim, named })
            Assert.Empty(await Server.Get<UpstreamLinks>().ListAsync(await Server.UserIdAsync(username), [fake.Issuer]));
    }

    [Fact]
    public async Task An_answer_counts_in_the_browser_that_asked_and_once()
    {
        await using var fake = await LinkedAsync();
        using var victim = new Browser(Server);
        using var attacker = new Browser(Server);
        var path = await fake.GoAsync(attacker, fake.Start);
        Assert.Equal((HttpStatusCode)Refusals.Of(Refusal.UpstreamStateUnknown).Status, (await victim.OpenAsync(path)).Status);
        Assert.Equal((HttpStatusCode)Refusals.Of(Refusal.UpstreamStateUnknown).Status, (await victim.OpenAsync($"{fake.Start}/callback?code=c")).Status);
        Assert.Equal(0, fake.Calls("/token"));
        var cookie = attacker.SetCookies.Single(c => c.Key.StartsWith("idp-upstream-", StringComparison.Ordinal)).Value.Split(';')[0];
        Assert.Equal(HttpStatusCode.SeeOther, (await attacker.SendAsync(HttpMethod.Get, path, null)).Status);

        // Even with the cookie kept.
        using var again = new Browser(Server, keepsCookies: false);
        Assert.Equal((HttpStatusCode)Refusals.Of(Refusal.UpstreamStateSpent).Status, (await again.SendAsync(HttpMethod.Get, path, null, cookie)).Status);
        Assert.Equal(1, fake.Calls("/token"));
    }

    [Fact]
    public async Task Of_answers_that_race_one_reaches_the_token_endpoint()
    {
        await using var fake = await LinkedAsync();
        using var browser = new Browser(Server);
        var path = await fake.GoAsync(browser, fake.Start);
        var cookie = browser.SetCookies.Single(c => c.Key.StartsWith("idp-upstream-", StringComparison.Ordinal)).Value.Split(';')[0];
        var pages = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var one = new Browser(Server, keepsCookies: false);
            return await one.SendAsync(HttpMethod.Get, path, null, cookie);
        }));
        Assert.Single(pages, p => p.Status == HttpStatusCode.SeeOther);
        Assert.Equal(1, fake.Calls("/token"));
    }

    [Fact]
    public async Task An_attempt_is_of_one_upstream_and_another_never_ends_it()
    {
        await using var honest = await LinkedAsync();
        await using var evil = await LinkedAsync();
        using var browser = new Browser(Server);
        var path = await honest.GoAsync(browser, honest.Start);
        Assert.Equal((HttpStatusCode)Refusals.Of(Refusal.UpstreamMixedUp).Status, (await browser.OpenAsync(path.Replace(honest.Name, evil.Name, StringComparison.Ordinal))).Status);
        Assert.Equal((HttpStatusCode)Refusals.Of(Refusal.UpstreamIssuerMismatch).Status, (await browser.OpenAsync($"{path}&iss={Uri.EscapeDataString(evil.Issuer)}")).Status);
        Assert.Equal((0, 0), (honest.Calls("/token"), evil.Calls("/token")));

        // The attempt stands all the same.
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.SendAsync(HttpMethod.Get, path, null)).Status);
    }

    [Fact]
    public async Task An_upstream_that_names_itself_must()
    {
        await using var fake = await LinkedAsync();
        fake.ChangeMetadata = m => m["authorization_response_iss_parameter_supported"] = true;
        using var browser = new Browser(Server);
        var path = await fake.GoAsync(browser, fake.Start);
        Assert.Equal((HttpStatusCode)Refusals.Of(Refusal.UpstreamIssuerMismatch).Status, (await browser.OpenAsync(path)).Status);
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.SendAsync(HttpMethod.Get, $"{path}&iss={Uri.EscapeDataString(fake.Issuer)}", null)).Status);
    }

    [Theory]
    [InlineData("issuer", "https://login.example")]
    [InlineData("token_endpoint", "file:///etc/passwd")]
    [InlineData("authorization_endpoint", "javascript:alert(1)")]
    [InlineData("jwks_uri", null)]
    public async Task Metadata_that_leads_astray_is_no_metadata(string member, string? value)
    {
        await using var fake = await LinkedAsync();
        fake.ChangeMetadata = m => m[member] = value;
        using var browser = new Browser(Server);
        var page = await browser.OpenAsync(fake.Start + "?return_to=account");
        Assert.Equal(((HttpStatusCode)Refusals.Of(Refusal.UpstreamUnavailable).Status, "The other provider does not answer"), (page.Status, page.Heading));
        Assert.Contains("href=\"/login?return_to=account\"", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_redirect_is_followed_no_private_address_called_and_no_answer_without_end_read()
    {
        await using var fake = await LinkedAsync();
        using var browser = new Browser(Server);
        fake.ChangeMetadata = m => m["token_endpoint"] = "https://169.254.169.254/latest/meta-data";
        Assert.Equal((HttpStatusCode)Refusals.Of(Refusal.UpstreamUnavailable).Status, (await fake.SignInAsync(browser)).Status);

        await using var other = await LinkedAsync();
        other.AnswerTokenAsync = http =>
        {
            http.Response.Redirect("http://127.0.0.1:1/");
            return Task.CompletedTask;
        };
        await AssertRefusedAsync(other, Refusal.UpstreamFailed);
        other.AnswerTokenAsync = http =>
        {
            http.Response.ContentType = "application/json";
            return http.Response.WriteAsync(new string(' ', UpstreamAnswerRules.LongestAnswer + 1) + "{}");
        };
        await AssertRefusedAsync(other, Refusal.UpstreamUnavailable);
        other.AnswerTokenAsync = http => http.Response.WriteAsync("<html>");
        await AssertRefusedAsync(other, Refusal.UpstreamFailed);
        other.AnswerTokenAsync = http =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await AssertRefusedAsync(other, Refusal.UpstreamUnavailable);
    }

    [Fact]
    public async Task UserInfo_of_somebody_else_signs_nobody_in()
    {
        await using var fake = await LinkedAsync();
        fake.UserInfo = new JsonObject { ["sub"] = "eve" };
        await AssertRefusedAsync(fake, Refusal.UpstreamUserInfoMismatch);
    }

    [Fact]
    public async Task Nothing_that_an_upstream_says_is_markup_here()
    {
        await using var fake = await FakeUpstream.StartAsync(Server, u => u with { Create = UpstreamCreation.Always, EmailDomains = ["example.com"] });
        const string Script = "<img src=x onerror=alert(1)>";
        fake.ChangeClaims = c => (c["name"], c["given_name"], c["picture"], c["email"], c["email_verified"], c["nickname"]) =
            (Script, Script, "https://evil.example/\"><script>alert(1)</script>", "xss'onerror@example.com", true, Script);
        using var browser = new Browser(Server);
        var pages = new List<Page> { await fake.SignInAsync(browser) };
        foreach (var path in new[] { "/", "/account", "/account/links" })
            pages.Add(await browser.OpenAsync(path));
        var client = await Server.AddClientAsync();
        pages.Add(await browser.OpenAsync(client.Request("scope=openid%20profile%20email")));
        foreach (var error in new[] { "error=access_denied", "error=<script>alert(1)</script>" })
            pages.Add(await browser.OpenAsync(await fake.GoAsync(browser, fake.Start, $"{error}&error_description={Uri.EscapeDataString(Script)}&error_uri=javascript:alert(1)")));
        Assert.All(pages, page =>
        {
            Assert.DoesNotContain("<img src=x", page.Html, StringComparison.Ordinal);
            Assert.DoesNotContain("<script>alert", page.Html, StringComparison.Ordinal);
            Assert.DoesNotContain("javascript:", page.Html, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_new_key_works_at_once_and_while_the_upstream_is_down_the_page_says_so()
    {
        await using var fake = await LinkedAsync();
        using var browser = new Browser(Server);
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.SendAsync(HttpMethod.Get, await fake.GoAsync(browser, fake.Start), null)).Status);
        fake.ChangeKey();
        Server.Clock.Advance(ClientKeys.FetchInterval);
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.SendAsync(HttpMethod.Get, await fake.GoAsync(browser, fake.Start), null)).Status);
        Assert.Equal(2, fake.Calls("/jwks"));
        var path = await fake.GoAsync(browser, fake.Start);
        await fake.StopAsync();
        var page = await browser.OpenAsync(path);
        Assert.Equal(("The other provider does not answer", "30"), (page.Heading, page.Header("Retry-After")));
    }

    private async Task<FakeUpstream> LinkedAsync(string subject = "ada")
    {
        var fake = await FakeUpstream.StartAsync(Server);
        fake.Subject = subject;
        Assert.Null(await Server.Get<UpstreamLinks>().AddAsync(await Server.UserIdAsync(await Server.AddPersonAsync()), new(fake.Issuer, subject, null)));
        return fake;
    }

    private async Task AssertRefusedAsync(FakeUpstream fake, Refusal reason)
    {
        using var browser = new Browser(Server);
        var page = await fake.SignInAsync(browser);
        Assert.Equal((HttpStatusCode)Refusals.Of(reason).Status, page.Status);
        Assert.Contains(Refusals.Of(reason).Description, WebUtility.HtmlDecode(page.Html), StringComparison.Ordinal);
        Assert.DoesNotContain("idp-session", browser.SetCookies.Keys);
    }

    private static string Unsigned(string header, JsonObject claims) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header)) + "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()));
}
