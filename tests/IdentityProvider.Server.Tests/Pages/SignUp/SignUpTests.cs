using System.Net;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Server.Tests.Mail;

namespace IdentityProvider.Server.Tests.Pages.SignUp;

/// <summary><c>/signup</c>, what its link leads to, and <c>prompt=create</c>.</summary>
public sealed class SignUpTests(OpenServer fixture) : IClassFixture<OpenServer>
{
    private TestServer Server => fixture.Server;

    [Fact]
    public async Task Who_registers_from_an_app_goes_on_to_it_with_an_account_whose_address_is_verified()
    {
        var client = await Server.AddClientAsync();
        var address = Correspondent.NewAddress();
        using var browser = new Browser(Server);
        var signUp = await browser.OpenAsync(client.Request("prompt=create&scope=openid email profile"));
        Assert.Equal(("Make an account", "/signup"), (signUp.Heading, signUp.Path.Split('?')[0]));
        Assert.Equal("Look at your mail", (await browser.SubmitAsync(signUp, ("account", address))).Heading);

        var mail = await Server.NewestMailToAsync(address);
        Assert.Equal("Finish your registration at localhost:8080", mail.Subject);
        var finish = await browser.OpenAsync(mail.Link);
        Assert.Contains("The App", finish.Text, StringComparison.Ordinal);
        var consent = await browser.FinishAsync(finish, "Ada <b>Reader</b>");
        Assert.Contains("The App", consent.Heading, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>Reader", consent.Html, StringComparison.Ordinal);
        var answer = await browser.SubmitOnceAsync(consent, ("decision", "allow"));
        Assert.Contains("code", (await browser.SendAsync(HttpMethod.Get, answer.Location!, null)).Answer.Keys);

        var user = (await Server.FindAsync(address))!;
        Assert.Equal((address, true), (user.Email, user.EmailConfirmed));
        var claims = JsonNode.Parse(user.Claims)!;
        Assert.Equal(("Ada <b>Reader</b>", address, true), ((string?)claims["name"], (string?)claims["email"], (bool)claims["email_verified"]!));
    }

    [Fact]
    public async Task A_link_that_is_opened_in_another_browser_makes_the_account_and_leads_to_it_alone()
    {
        var client = await Server.AddClientAsync();
        var address = Correspondent.NewAddress();
        using var browser = new Browser(Server);
        await browser.SubmitAsync(await browser.OpenAsync(client.Request("prompt=create")), ("account", address));
        using var phone = new Browser(Server);
        var finish = await phone.OpenAsync((await Server.NewestMailToAsync(address)).Link);
        Assert.DoesNotContain("The App", finish.Text, StringComparison.Ordinal);
        Assert.Equal("Your account", (await phone.FinishAsync(finish)).Heading);
    }

    [Fact]
    public async Task The_answer_is_the_same_whether_the_address_has_an_account_and_its_owner_is_told_by_mail()
    {
        var (taken, free, named) = (Correspondent.NewAddress(), Correspondent.NewAddress(), Correspondent.NewAddress());
        await Server.AddReaderAsync(taken);
        await Server.AddPersonAsync(user => user.UserName = named);
        string? expected = null;
        foreach (var address in new[] { taken, free, named })
        {
            using var browser = new Browser(Server);
            var page = await browser.AskAsync("/signup", address);
            var html = page.WithoutTokens.Replace(address, "…", StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, page.Status);
            Assert.Equal(expected ??= html, html);
        }

        foreach (var address in new[] { taken, named })
        {
            var mail = Assert.Single(await Server.MailsToAsync(address));
            Assert.Equal("You have an account at localhost:8080 already", mail.Subject);
            Assert.DoesNotContain("link=", mail.Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("ada@localhost")]
    [InlineData("ada@example.com\r\nBcc: eve@example.com")]
    [InlineData("mıke@example.com")]
    [InlineData("")]
    public async Task What_is_no_address_is_told_and_sends_nothing(string typed)
    {
        using var browser = new Browser(Server);
        var before = (await Server.MessagesAsync()).Count;
        var page = await browser.AskAsync("/signup", typed);
        Assert.Equal(((HttpStatusCode)Refusals.Of(Refusal.EmailAddressMalformed).Status, "Make an account"), (page.Status, page.Heading));
        Assert.Equal(before, (await Server.MessagesAsync()).Count);
    }

    [Fact]
    public async Task A_link_makes_one_account_even_for_two_at_once_and_none_after_its_time()
    {
        var address = Correspondent.NewAddress();
        using var browser = new Browser(Server);
        await browser.AskAsync("/signup", address);
        var link = (await Server.NewestMailToAsync(address)).Link;
        var browsers = Enumerable.Range(0, 4).Select(_ => new Browser(Server)).ToList();
        var pages = await Task.WhenAll(browsers.Select(b => b.OpenAsync(link)));
        var done = await Task.WhenAll(browsers.Select((b, i) => b.FinishAsync(pages[i])));
        Assert.Single(done, page => page.Heading == "Your account");
        browsers.ForEach(b => b.Dispose());

        var late = await browser.OpenLinkAsync(Server, "/signup", Correspondent.NewAddress());
        Server.Clock.Advance(AccountLinkRules.LifetimeOf(AccountLinkPurpose.SignUp));
        Assert.Equal("This link does not work any more", (await browser.FinishAsync(late)).Heading);
    }

    [Fact]
    public async Task Of_two_links_to_one_address_the_second_finds_the_account()
    {
        var address = Correspondent.NewAddress();
        using var browser = new Browser(Server);
        var first = await browser.OpenLinkAsync(Server, "/signup", address);
        var second = await browser.OpenLinkAsync(Server, "/signup", address.ToUpperInvariant());
        Assert.Equal("Your account", (await browser.FinishAsync(first)).Heading);
        var refused = await browser.FinishAsync(second);
        Assert.Equal(((HttpStatusCode)Refusals.Of(Refusal.EmailAddressTaken).Status, "This address has an account already"), (refused.Status, refused.Heading));
    }

    [Theory]
    [InlineData("", Correspondent.NewPassword, Correspondent.NewPassword, Refusal.PersonNameInvalid)]
    [InlineData("Ada\u2028Reader", Correspondent.NewPassword, Correspondent.NewPassword, Refusal.PersonNameInvalid)]
    [InlineData("Ada", Correspondent.NewPassword, "another", Refusal.NewPasswordsDiffer)]
    [InlineData("Ada", "tiny one", "tiny one", Refusal.PasswordTooShort)]
    [InlineData("Lighthouse", "lighthouse keeper of lanterns", "lighthouse keeper of lanterns", Refusal.PasswordHasName)]
    public async Task What_can_not_be_is_told_and_the_link_still_works(string name, string password, string repeated, Refusal reason)
    {
        using var browser = new Browser(Server);
        var finish = await browser.OpenLinkAsync(Server, "/signup", Correspondent.NewAddress());
        var refused = await browser.FinishAsync(finish, name, password, repeated);
        Assert.Equal(((HttpStatusCode)Refusals.Of(reason).Status, "Make your account"), (refused.Status, refused.Heading));
        Assert.Contains("role=\"alert\"", refused.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(password, WebUtility.HtmlDecode(refused.Html), StringComparison.Ordinal);
        Assert.Equal("Your account", (await browser.FinishAsync(refused)).Heading);
    }

    [Fact]
    public async Task A_session_does_not_meet_prompt_create_and_a_sign_in_does()
    {
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false });
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        var signUp = await browser.OpenAsync(client.Request("prompt=create"));
        Assert.Equal("Make an account", signUp.Heading);
        var login = await browser.OpenAsync("/login?resume=" + signUp.Fields["resume"]);
        Assert.Contains("code", (await browser.SignInAsync(login, username)).Answer.Keys);
    }

    [Fact]
    public async Task Where_nobody_may_register_the_page_is_not_there_and_prompt_create_is_unknown()
    {
        foreach (var registration in new[] { AccountRegistration.Off, AccountRegistration.Invitation })
        {
            await using var server = await TestServer.StartAsync(change: settings => settings with { Accounts = new() { Registration = registration } });
            var client = await server.AddClientAsync();
            using var browser = new Browser(server);
            Assert.Equal(HttpStatusCode.NotFound, (await browser.OpenAsync("/signup")).Status);
            Assert.DoesNotContain("/signup", (await browser.OpenAsync("/login")).Html, StringComparison.Ordinal);
            Assert.Equal("invalid_request", (await browser.SendAsync(HttpMethod.Get, client.Request("prompt=create"), null)).Answer["error"]);
            Assert.DoesNotContain("create", await MetadataAsync(server), StringComparison.Ordinal);
        }

        Assert.Contains("\"create\"", await MetadataAsync(Server), StringComparison.Ordinal);
        using var other = new Browser(Server);
        Assert.Equal("invalid_request", (await other.SendAsync(HttpMethod.Get, (await Server.AddClientAsync()).Request("prompt=create none"), null)).Answer["error"]);
    }

    private static async Task<string> MetadataAsync(TestServer server)
    {
        var document = JsonNode.Parse(await server.Http.GetStringAsync("/.well-known/openid-configuration", TestContext.Current.CancellationToken))!;
        return document["prompt_values_supported"]!.ToJsonString();
    }
}
