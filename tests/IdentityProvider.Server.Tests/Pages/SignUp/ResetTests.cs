using System.Net;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Server.Accounts;
using IdentityProvider.Server.Mail;
using IdentityProvider.Server.Tests.Mail;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Pages.SignUp;

/// <summary><c>/forgot</c> and <c>/reset</c>.</summary>
public sealed class ResetTests(OpenServer fixture) : IClassFixture<OpenServer>
{
    private const string Gone = "This link does not work any more";

    private TestServer Server => fixture.Server;

    [Fact]
    public async Task A_new_password_by_the_link_signs_in_here_and_ends_all_that_the_old_one_got()
    {
        var (username, address) = await ReaderAsync();
        using var phone = new Browser(Server);
        await phone.SignInAsync(await phone.OpenAsync("/login"), username);
        var offline = await AppAccess.OpenAsync(Server, phone, "scope=openid offline_access");

        using var browser = new Browser(Server);
        var reset = await browser.OpenLinkAsync(Server, "/forgot", address);
        Assert.Equal("Choose a new password", reset.Heading);
        Assert.Contains($"value=\"{username}\"", reset.Html, StringComparison.Ordinal);
        Assert.Equal("no-referrer", reset.Header("Referrer-Policy"));
        Assert.Equal("Your account", (await browser.ChooseAsync(reset)).Heading);

        Assert.Equal("Sign in", (await phone.OpenAsync("/account")).Heading);
        Assert.False(await offline.IsAliveAsync());
        using var later = new Browser(Server);
        Assert.Equal("Sign in", (await later.SignInAsync(await later.OpenAsync("/login"), username)).Heading);
        Assert.NotEqual("Sign in", (await later.SignInAsync(await later.OpenAsync("/login"), username, Correspondent.NewPassword)).Heading);
        Assert.Equal("1", await Database.ClusterFolder.AskAsync(
            Server.ConnectionString, $"""SELECT count(*) FROM "OutboxMessages" WHERE "Mail"::text LIKE '%{address}%' AND "Mail"::text LIKE '%PasswordChanged%'"""));
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_still_and_the_mailbox_alone_opens_nothing()
    {
        var (username, address) = await ReaderAsync();
        using var owner = new Browser(Server);
        var app = await AuthenticatorApp.SetUpAsync(Server, owner, username);
        await Server.DeliverAsync(); // the notice of it
        using var browser = new Browser(Server);
        var second = await browser.ChooseAsync(await browser.OpenLinkAsync(Server, "/forgot", address));
        Assert.StartsWith("/login/second", second.Path, StringComparison.Ordinal);
        Assert.Equal("Sign in", (await browser.OpenAsync("/account")).Heading);
        Assert.Equal("Your account", (await browser.SubmitAsync(second, ("code", app.NextCode()))).Heading);
    }

    [Fact]
    public async Task Opening_a_link_uses_nothing_and_a_second_use_is_told_as_an_unknown_link_is()
    {
        var (_, address) = await ReaderAsync();
        using var browser = new Browser(Server);
        await browser.AskAsync("/forgot", address);
        var link = (await Server.NewestMailToAsync(address)).Link;
        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.OK, (await browser.OpenAsync(link)).Status);
        Assert.Equal("Your account", (await browser.ChooseAsync(await browser.OpenAsync(link))).Heading);

        using var thief = new Browser(Server);
        var again = await thief.OpenAsync(link);
        var unknown = await thief.OpenAsync("/reset?link=" + new AccountLink(Guid.Empty, AccountLinkPurpose.PasswordReset).Compute(new byte[32]));
        Assert.Equal((HttpStatusCode.BadRequest, Gone), (again.Status, again.Heading));
        Assert.Equal(WithoutRequest(unknown), WithoutRequest(again));
        Assert.Contains("Ask for a new one", again.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Refusal.AccountLinkUnknown)]
    [InlineData(Refusal.AccountLinkExpired)]
    [InlineData(Refusal.AccountLinkSuperseded)]
    [InlineData(Refusal.AccountLinkSpent)]
    public async Task A_link_that_was_changed_is_old_was_overtaken_or_is_of_another_purpose_does_nothing(Refusal reason)
    {
        var (username, address) = await ReaderAsync();
        using var browser = new Browser(Server);
        var page = await browser.OpenLinkAsync(Server, "/forgot", address);
        var other = await browser.OpenLinkAsync(Server, "/signup", Correspondent.NewAddress());
        switch (reason)
        {
            case Refusal.AccountLinkUnknown:
                page = page with { Html = page.Html.Replace(page.Fields["link"], other.Fields["link"], StringComparison.Ordinal) };
                break;
            case Refusal.AccountLinkExpired:
                Server.Clock.Advance(AccountLinkRules.LifetimeOf(AccountLinkPurpose.PasswordReset));
                break;
            case Refusal.AccountLinkSuperseded:
                using (var here = new Browser(Server))
                {
                    await here.SignInAsync(await here.OpenAsync("/login"), username);
                    var change = await here.OpenAsync("/account/password");
                    await here.SubmitAsync(change, ("current_password", Person.Password), ("new_password", "another tune of eight bells"), ("repeated_password", "another tune of eight bells"));
                }

                break;
            case Refusal.AccountLinkSpent:
                using (var first = new Browser(Server))
                    await first.ChooseAsync(await first.OpenAsync((await Server.NewestMailToAsync(address)).Link), "another tune of eight bells");
                break;
        }

        var refused = await browser.ChooseAsync(page);
        Assert.Equal((HttpStatusCode.BadRequest, Gone), (refused.Status, refused.Heading));
        using var later = new Browser(Server);
        Assert.Equal("Sign in", (await later.SignInAsync(await later.OpenAsync("/login"), username, Correspondent.NewPassword)).Heading);
    }

    [Fact]
    public async Task Of_two_who_use_a_link_at_once_one_is_served()
    {
        var (_, address) = await ReaderAsync();
        using var browser = new Browser(Server);
        await browser.AskAsync("/forgot", address);
        var link = (await Server.NewestMailToAsync(address)).Link;
        var browsers = Enumerable.Range(0, 4).Select(_ => new Browser(Server)).ToList();
        var pages = await Task.WhenAll(browsers.Select(b => b.OpenAsync(link)));
        var done = await Task.WhenAll(browsers.Select((b, i) => b.ChooseAsync(pages[i], $"{Correspondent.NewPassword} number {i} of four")));
        Assert.Single(done, page => page.Heading == "Your account");
        Assert.Equal(3, done.Count(page => page.Heading == Gone));
        browsers.ForEach(b => b.Dispose());
    }

    [Theory]
    [InlineData(Correspondent.NewPassword, "another", Refusal.NewPasswordsDiffer)]
    [InlineData("short", "short", Refusal.PasswordTooShort)]
    public async Task A_password_that_can_not_be_is_told_and_the_link_still_works(string chosen, string repeated, Refusal reason)
    {
        var (_, address) = await ReaderAsync();
        using var browser = new Browser(Server);
        var page = await browser.OpenLinkAsync(Server, "/forgot", address);
        var refused = await browser.ChooseAsync(page, chosen, repeated);
        Assert.Equal(((HttpStatusCode)Refusals.Of(reason).Status, "Choose a new password"), (refused.Status, refused.Heading));
        Assert.Contains("role=\"alert\"", refused.Html, StringComparison.Ordinal);
        Assert.Equal("Your account", (await browser.ChooseAsync(refused)).Heading);
    }

    [Fact]
    public async Task Whoever_asks_is_told_the_same_whether_there_is_an_account_or_not_and_whatever_is_wrong_with_it()
    {
        var (username, address) = await ReaderAsync();
        var (disabled, disabledAddress) = await ReaderAsync(user => user.DisabledAt = Server.Clock.GetUtcNow());
        var said = Correspondent.NewAddress();
        var unconfirmed = await Server.AddPersonAsync(user => user.SetEmail(said, isVerified: false, null));
        var stranger = Correspondent.NewAddress();
        string? expected = null;
        foreach (var typed in new[] { address, username, disabled, disabledAddress, unconfirmed, said, stranger, "nobody" })
        {
            using var browser = new Browser(Server);
            var page = await browser.AskAsync("/forgot", typed);
            Assert.Equal(HttpStatusCode.OK, page.Status);
            var html = page.WithoutTokens.Replace(WebUtility.HtmlEncode(typed), "…", StringComparison.Ordinal);
            Assert.Equal(expected ??= html, html);
        }

        Assert.Equal(2, (await Server.MailsToAsync(address)).Count);
        foreach (var other in new[] { disabledAddress, said, stranger })
            Assert.Empty(await Server.MailsToAsync(other));
    }

    [Fact]
    public async Task Links_begin_with_the_issuer_whatever_host_the_request_named()
    {
        var (_, address) = await ReaderAsync();
        using var browser = new Browser(Server);
        var page = await browser.OpenAsync("/forgot");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Server.Address, "/forgot"));
        request.Headers.Host = "evil.example";
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        request.Headers.Add("Forwarded", "host=evil.example");
        request.Headers.Add("Cookie", string.Join("; ", browser.SetCookies.Values.Select(c => c.Split(';')[0])));
        var fields = page.Fields;
        fields["account"] = address;
        request.Content = new FormUrlEncodedContent(fields);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var mail = await Server.NewestMailToAsync(address);
        Assert.DoesNotContain("evil", mail.Text + mail.Html, StringComparison.Ordinal);
        Assert.Contains(TestServer.Issuer + "/reset?link=", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lookalike_gets_no_mail_and_the_mail_goes_to_the_address_that_was_confirmed()
    {
        var address = $"mike-{Correspondent.NewAddress()}";
        await Server.AddReaderAsync(address);
        using var browser = new Browser(Server);
        foreach (var typed in new[] { address.Replace('i', 'ı'), address.Replace("k", "\u212A", StringComparison.Ordinal), address + "\r\nBcc: eve@example.com", $"eve@example.com,{address}" })
            await browser.AskAsync("/forgot", typed);
        Assert.Empty(await Server.MailsToAsync(address));
        Assert.Empty(await Server.MailsToAsync("eve@example.com"));
        await browser.AskAsync("/forgot", address.ToUpperInvariant());
        Assert.Single(await Server.MailsToAsync(address));
    }

    [Fact]
    public async Task An_address_gets_a_bounded_number_of_mails_within_an_hour_by_whatever_page_and_the_answer_stays_the_same()
    {
        var (_, address) = await ReaderAsync();
        using var browser = new Browser(Server);
        for (var i = 0; i < Mails.MostAskedPerHour + 2; i++)
        {
            Assert.Equal("Look at your mail", (await browser.AskAsync("/forgot", address)).Heading);
            Assert.Equal("Look at your mail", (await browser.AskAsync("/signup", address.ToUpperInvariant())).Heading);
        }

        Assert.Equal(Mails.MostAskedPerHour, (await Server.MailsToAsync(address)).Count);
    }

    [Fact]
    public async Task A_network_that_asks_too_often_is_told_whoever_it_asks_for()
    {
        await using var server = await TestServer.StartAsync();
        using var browser = new Browser(server);
        var page = await browser.OpenAsync("/forgot");
        for (var i = 0; i < MailLimit.Burst; i++)
            Assert.Equal(HttpStatusCode.OK, (await browser.SubmitAsync(page, ("account", $"person-{i}"))).Status);
        var refused = await browser.SubmitAsync(page, ("account", "one more"));
        Assert.Equal(((HttpStatusCode)Refusals.Of(Refusal.MailAskedTooOften).Status, "Too many mails were asked for"), (refused.Status, refused.Heading));
        Assert.Equal("60", refused.Header("Retry-After"));
    }

    [Fact]
    public async Task What_was_typed_is_shown_and_mailed_as_text()
    {
        using var browser = new Browser(Server);
        var page = await browser.AskAsync("/forgot", "<script>alert(1)</script>\"'");
        Assert.DoesNotContain("<script>alert", page.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.AskAsync("/forgot", "  ")).Status);
    }

    [Fact]
    public async Task A_mail_whose_link_would_not_work_any_more_is_not_sent_even_where_an_operator_tries_again()
    {
        var (_, address) = await ReaderAsync();
        using var browser = new Browser(Server);
        await browser.AskAsync("/forgot", address);
        Server.Clock.Advance(AccountLinkRules.LifetimeOf(AccountLinkPurpose.PasswordReset));
        for (var i = 0; i < 2; i++)
        {
            Assert.Empty(await Server.MailsToAsync(address));
            var message = (await Server.MessagesAsync()).First(m => m.Mail!.Address == address);
            Assert.Equal((OutboxState.GivenUp, "its time was over"), (message.State, message.LastError));
            Assert.True(await Server.Get<Outbox>().RetryAsync(message.Id, Server.Clock.GetUtcNow(), TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData("/forgot")]
    [InlineData("/reset")]
    [InlineData("/signup")]
    [InlineData("/signup/finish")]
    [InlineData("/invitation")]
    [InlineData("/confirm-email")]
    public async Task No_form_counts_that_another_site_made(string path)
    {
        var (_, address) = await ReaderAsync();
        using var browser = new Browser(Server);
        var page = await browser.SendAsync(HttpMethod.Post, path, new Dictionary<string, string> { ["account"] = address, ["link"] = "x" });
        Assert.Equal((HttpStatusCode)Refusals.Of(Refusal.FormTokenInvalid).Status, page.Status);
        Assert.Contains(Refusals.Of(Refusal.FormTokenInvalid).Description, WebUtility.HtmlDecode(page.Html), StringComparison.Ordinal);
        Assert.Empty(await Server.MailsToAsync(address));
    }

    [Fact]
    public async Task Where_there_is_no_mail_there_is_no_such_page_and_no_link_to_one()
    {
        await using var server = await TestServer.StartAsync(change: settings => settings with { Mail = new() });
        using var browser = new Browser(server);
        foreach (var path in new[] { "/forgot", "/reset", "/signup", "/invitation", "/confirm-email", "/account/email" })
            Assert.Equal(HttpStatusCode.NotFound, (await browser.OpenAsync(path)).Status);
        Assert.DoesNotContain("/forgot", (await browser.OpenAsync("/login")).Html, StringComparison.Ordinal);
    }

    private async Task<(string Username, string Address)> ReaderAsync(Action<User>? edit = null)
    {
        var address = Correspondent.NewAddress();
        return (await Server.AddReaderAsync(address, edit), address);
    }

    private static string WithoutRequest(Page page) => System.Text.RegularExpressions.Regex.Replace(page.Html, "<dd dir=\"ltr\">[^<]*</dd>|href=\"[^\"]*\"", "");
}
