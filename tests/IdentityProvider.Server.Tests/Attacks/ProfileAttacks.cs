using System.Net;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Server.Pages;
using IdentityProvider.Server.Pages.Account;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Attacks;

/// <summary>What a person writes of themselves, and what a client says of itself, tried as an attack on who reads it.</summary>
public sealed class ProfileAttacks(PagesServer fixture) : IClassFixture<PagesServer>
{
    private const string Script = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{1}}";

    private TestServer Server => fixture.Server;

    [Fact]
    public async Task No_text_of_a_profile_becomes_markup_on_a_page_that_shows_it()
    {
        // As an upstream or an operator might have written it: what the page's own rules refuse too.
        var claims = new JsonObject { ["email"] = Script, ["phone_number_verified"] = true, ["address"] = new JsonObject() };
        foreach (var field in ProfileRules.FieldsOf(ProfileRules.Editable))
        {
            if (field.StartsWith("address.", StringComparison.Ordinal))
                claims["address"]![field["address.".Length..]] = Script;
            else
                claims[field] = Script;
        }

        var username = await Server.AddPersonAsync(user => user.Claims = claims.ToJsonString());
        using var browser = await SignInAsync(username);
        var profile = await browser.OpenAsync("/account/profile");
        // Each once, and the two choices in their value and in their words.
        Assert.Equal(21, profile.Html.Split("&lt;script&gt;").Length - 1);
        List<Page> pages =
        [
            profile,
            await browser.SubmitAsync(profile, ("name", Script + "\u202E"), ("nickname", Script)),
            await browser.SubmitAsync(profile, ("version", "other"), ("name", Script)),
            await browser.OpenAsync("/account"),
            await browser.OpenAsync("/"),
            await browser.OpenAsync((await Server.AddClientAsync()).Request("scope=openid%20profile")),
        ];
        Assert.All(pages, IsInert);
    }

    [Theory]
    [InlineData("client_name")]
    [InlineData("script in every text")]
    public async Task No_text_of_a_client_becomes_markup_on_a_page_that_shows_it(string what)
    {
        var client = await Server.AddClientAsync(c => c with
        {
            ClientName = Script,
            LogoUri = what == "client_name" ? null : "https://logo.example/a\"onerror=alert(1).png",
            PolicyUri = what == "client_name" ? null : "https://app.example/'onclick=alert(1)",
            TosUri = what == "client_name" ? null : "https://app.example/\"><script>alert(1)</script>",
        });
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync(client.Request());
        var consent = await browser.SignInAsync(login, await Server.AddPersonAsync());
        Assert.Contains("&lt;script&gt;", consent.Html, StringComparison.Ordinal);
        IsInert(login);
        IsInert(consent);
        await browser.SubmitOnceAsync(consent, ("decision", "allow"));
        IsInert(await browser.OpenAsync("/account"));
    }

    [Fact]
    public async Task Nor_on_the_pages_of_a_device_and_of_what_waits_for_a_persons_answer()
    {
        var username = await Server.AddPersonAsync(user => user.Claims = new JsonObject { ["name"] = Script, ["given_name"] = Script }.ToJsonString());
        using var browser = new Browser(Server);
        var television = await Device.AddClientAsync(Server, c => c with { ClientName = Script, LogoUri = "https://logo.example/a\"onerror=alert(1).png", TosUri = "https://app.example/\"><script>" });
        var question = await (await Device.StartAsync(Server, television, "openid profile")).QuestionAsync(browser, username);
        Assert.Contains("&lt;script&gt;", question.Html, StringComparison.Ordinal);
        IsInert(question);
        IsInert(await browser.SubmitAsync(question, ("decision", "allow")));

        var till = await Server.AddClientAsync(c => c with
        {
            ClientName = Script,
            GrantTypes = [GrantTypes.Backchannel],
            RedirectUris = [],
            PostLogoutRedirectUris = [],
            TokenEndpointAuthMethod = ClientAuthenticationMethod.ClientSecretPost,
            Secrets = Endpoints.SignedIn.App.Secrets,
            BackchannelTokenDeliveryMode = BackchannelDelivery.Poll,
        });
        Dictionary<string, string> asks = new() { ["client_id"] = till.ClientId, ["client_secret"] = Endpoints.SignedIn.Secret, ["scope"] = "openid profile", ["login_hint"] = username, ["binding_message"] = "<script>alert(1)</script>" };
        Assert.Equal(HttpStatusCode.OK, (await Device.PostAsync(Server, "/bc-authorize", asks)).Status);
        var account = await browser.OpenAsync("/account");
        Assert.Contains("&lt;script&gt;", account.Html, StringComparison.Ordinal);
        IsInert(account);
    }

    [Theory]
    [InlineData("client_uri", "javascript:alert(1)")]
    [InlineData("logo_uri", "javascript:alert(1)")]
    [InlineData("logo_uri", "data:image/svg+xml,<svg onload=alert(1)>")]
    [InlineData("policy_uri", "javascript:alert(1)")]
    [InlineData("policy_uri", "JaVaScRiPt://app.example/%0aalert(1)")]
    [InlineData("tos_uri", "vbscript:x")]
    [InlineData("tos_uri", "http://app.example/terms")]
    [InlineData("client_name", "The Bank\u202E")]
    public void A_client_is_registered_with_no_address_that_runs_and_no_name_that_turns_round(string member, string value)
    {
        var json = new JsonObject { ["redirect_uris"] = new JsonArray("https://app.example/cb"), [member] = value };
        var read = IdentityProvider.Protocol.MetadataJson.Read(System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()), ClientMetadataJson.Default.ClientMetadata);
        var metadata = Assert.IsType<IdentityProvider.Protocol.Validated<ClientMetadata>.Valid>(read).Value;
        Assert.Equal(member, Assert.IsType<IdentityProvider.Protocol.Validated<Client>.Invalid>(ClientMetadataRules.Decide(metadata, "app", [])).Error.Member);
    }

    [Fact]
    public async Task A_form_sets_nothing_that_its_person_may_not_set()
    {
        var username = await Server.AddPersonAsync(user => user.Claims = """{"email":"alice@example.com","email_verified":false}""");
        using var browser = await SignInAsync(username);
        (string, string)[] forged =
        [
            ("email", "root@example.com"), ("email_verified", "true"), ("phone_number_verified", "true"), ("sub", "1"), ("preferred_username", "root"), ("username", "root"), ("roles", "admin"),
            ("groups", "admin"), ("updated_at", "1"), ("Claims", """{"name":"x"}"""), ("UserName", "root"), ("DisabledAt", ""), ("address", "{}"), ("address.formatted", "x"), ("SecurityStamp", "x"),
        ];
        await browser.SubmitAsync(await browser.OpenAsync("/account/profile"), [("name", "Alice"), ("phone_number", "+33 123"), .. forged]);

        var claims = await ClaimsAsync(username);
        Assert.Equal(["email", "email_verified", "name", "phone_number", "phone_number_verified", "updated_at"], claims.Select(claim => claim.Key).Order());
        Assert.Equal(("alice@example.com", false, false), (claims["email"]!.GetValue<string>(), claims["email_verified"]!.GetValue<bool>(), claims["phone_number_verified"]!.GetValue<bool>()));
        Assert.NotEqual(1, claims["updated_at"]!.GetValue<long>());
    }

    [Fact]
    public async Task A_form_that_was_shown_to_somebody_else_changes_nothing()
    {
        var (alice, eve) = (await Server.AddPersonAsync(), await Server.AddPersonAsync());
        using var hers = await SignInAsync(eve);
        var shown = await hers.OpenAsync("/account/profile");
        using var browser = await SignInAsync(alice);
        var page = await browser.OpenAsync("/account/profile");
        var answer = await browser.SubmitOnceAsync(page, (AccountAccess.ShownField, shown.Fields[AccountAccess.ShownField]), ("name", "Eve"));
        Assert.Equal("/account/profile", answer.Location);
        Assert.Empty(await ClaimsAsync(alice));
        answer = await browser.SubmitOnceAsync(page, (Forms.TokenField, shown.Fields[Forms.TokenField]), ("name", "Eve"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Empty(await ClaimsAsync(alice));
    }

    [Fact]
    public async Task What_is_too_much_or_unseen_is_refused_and_nothing_is_kept()
    {
        var username = await Server.AddPersonAsync();
        using var browser = await SignInAsync(username);
        var page = await browser.OpenAsync("/account/profile");
        foreach (var (text, status) in new[]
        {
            (new string('x', 501), HttpStatusCode.BadRequest), ("a\u202Eb", HttpStatusCode.BadRequest), ("a\u0000b", HttpStatusCode.BadRequest), ("a\u009Fb", HttpStatusCode.BadRequest),
            ("\uFEFFa", HttpStatusCode.BadRequest), (new string('x', 70_000), HttpStatusCode.RequestEntityTooLarge),
        })
        {
            Assert.Equal(status, (await browser.SubmitOnceAsync(page, ("name", text))).Status);
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await browser.SendAsync(HttpMethod.Post, "/account/profile", [.. page.Fields, new("name", "a"), new("name", "b")])).Status);
        Assert.Empty(await ClaimsAsync(username));
    }

    private async Task<Browser> SignInAsync(string username)
    {
        var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        return browser;
    }

    private async Task<JsonObject> ClaimsAsync(string username) =>
        (await Server.Get<Users>().FindStampedAsync(await Server.UserIdAsync(username), TestContext.Current.CancellationToken))!.Claims;

    private static void IsInert(Page page)
    {
        Assert.StartsWith("<!DOCTYPE html>", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page.Html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img src=x", page.Html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("=\"javascript:", page.Html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("<[^>]*\\son[a-z]+=[^>]*>", System.Text.RegularExpressions.Regex.Replace(page.Html, "=\"[^\"]*\"", ""));
    }
}
