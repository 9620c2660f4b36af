using System.Net;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Pages;
using IdentityProvider.Server.Pages.Account;
using IdentityProvider.Server.Pages.SignUp;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary><c>/account/data</c>: what is held on a person, and its end.</summary>
public sealed class DataTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    [Fact]
    public async Task A_copy_holds_what_is_known_and_no_secret_and_nothing_of_anybody_else()
    {
        var username = await Server.AddPersonAsync(u => u.Claims = """{"name": "Größe <b>", "email": "g@example.com"}""");
        using var browser = await SignInAsync(username);
        var app = await AppAccess.OpenAsync(Server, browser);
        using var another = await SignInAsync(await Server.AddPersonAsync());
        var apart = await AppAccess.OpenAsync(Server, another);

        var page = await browser.OpenAsync("/account/data");
        var copy = await browser.SubmitAsync(page.FormWith("export"));
        Assert.Equal(HttpStatusCode.OK, copy.Status);
        Assert.Equal("no-store", copy.Header("Cache-Control"));
        var document = JsonNode.Parse(copy.Html)!;
        Assert.Equal((username, "Größe <b>"), (document["account"]!["username"]!.GetValue<string>(), document["account"]!["claims"]!["name"]!.GetValue<string>()));
        Assert.Equal(app.Client.ClientId, Assert.Single(document["grants"]!.AsArray())!["client_id"]!.GetValue<string>());
        Assert.Equal(app.Client.ClientId, Assert.Single(document["access"]!.AsArray())!["client_id"]!.GetValue<string>());
        Assert.Single(document["sessions"]!.AsArray());
        Assert.Single(document["browsers"]!.AsArray());
        Assert.Equal(["AppConnected", "DataExported", "SignedIn"], document["history"]!.AsArray().Select(l => l!["outcome"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(apart.Client.ClientId, copy.Html, StringComparison.Ordinal);
        var hash = await ClusterFolder.AskAsync(Server.ConnectionString, $"""SELECT "PasswordHash" FROM "Users" WHERE "UserName" = '{username}'""");
        Assert.DoesNotContain(hash!, copy.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("stamp", copy.Html, StringComparison.OrdinalIgnoreCase);
        foreach (var cookie in browser.SetCookies.Values)
            Assert.DoesNotContain(cookie.Split(';')[0].Split('=', 2)[1], copy.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_holds_the_mails_about_the_account_and_no_link_that_would_work()
    {
        var username = await Server.AddPersonAsync(u => u.SetEmail("copy.of.mine@example.com", isVerified: true, Server.Clock.GetUtcNow()));
        using var browser = await SignInAsync(username);
        await browser.SubmitAsync(await browser.OpenAsync("/account/email"), ("email", "my.new@example.com"));
        using var phone = await SignInAsync(username); // which is told by mail, being new

        // Somebody asks for a new password at that address: whose it is nobody says before the mail is written.
        using var stranger = new Browser(Server);
        await stranger.SubmitAsync(await stranger.OpenAsync("/forgot"), (AskPages.Field, "copy.of.mine@example.com"));

        var copy = await browser.SubmitAsync((await browser.OpenAsync("/account/data")).FormWith("export"));
        var mails = JsonNode.Parse(copy.Html)!["mails"]!.AsArray();
        Assert.Equal(
            [("EmailChange", "my.new@example.com"), ("NewDevice", "copy.of.mine@example.com")],
            mails.Select(m => (About: m!["about"]!.GetValue<string>(), m["to"]!.GetValue<string>())).OrderBy(m => m.About, StringComparer.Ordinal));
        Assert.DoesNotContain("/confirm-email", copy.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_persons_copy_is_had_by_nobody()
    {
        using var browser = await SignInAsync(await Server.AddPersonAsync());
        var page = await browser.OpenAsync("/account/data");

        // Whoever signed in since in this browser is not handed a form of the one before, nor is theirs deleted by it.
        var later = await Server.AddPersonAsync();
        await browser.SignInAsync(await browser.OpenAsync("/login"), later);
        Assert.Equal("/account/data", (await browser.SubmitOnceAsync(page.FormWith("export"))).Location);
        Assert.Equal("/account/data", (await browser.SubmitOnceAsync(page.FormWith("confirmation"), (DataPages.ConfirmationField, later))).Location);
        Assert.NotEqual(Guid.Empty, await Server.UserIdAsync(later));
    }

    [Fact]
    public async Task Copy_and_deletion_need_a_sign_in_of_just_now()
    {
        var username = await Server.AddPersonAsync();
        using var browser = await SignInAsync(username);
        var page = await browser.OpenAsync("/account/data");
        Server.Clock.Advance(Session.FreshFor + TimeSpan.FromSeconds(1));
        Assert.Equal("/login?return_to=data", (await browser.SendAsync(HttpMethod.Get, "/account/data", null)).Location);
        Assert.Equal("/login?return_to=data", (await browser.SubmitOnceAsync(page.FormWith("export"))).Location);
        Assert.Equal("/login?return_to=data", (await browser.SubmitOnceAsync(page.FormWith("confirmation"), (DataPages.ConfirmationField, username))).Location);
        Assert.NotEqual(Guid.Empty, await Server.UserIdAsync(username));
    }

    [Theory]
    [InlineData("")]
    [InlineData("somebody-else")]
    public async Task A_deletion_that_is_not_typed_out_deletes_nothing(string typed)
    {
        var username = await Server.AddPersonAsync();
        using var browser = await SignInAsync(username);
        var page = await browser.SubmitAsync((await browser.OpenAsync("/account/data")).FormWith("confirmation"), (DataPages.ConfirmationField, typed));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Contains("Nothing was deleted", page.Text, StringComparison.Ordinal);
        Assert.NotEqual(Guid.Empty, await Server.UserIdAsync(username));
    }

    [Fact]
    public async Task A_deletion_by_another_site_deletes_nothing()
    {
        var username = await Server.AddPersonAsync();
        using var browser = await SignInAsync(username);
        using var thief = await SignInAsync(await Server.AddPersonAsync());
        var stolen = (await thief.OpenAsync("/account/data")).FormWith("confirmation").Fields;
        var shown = (await browser.OpenAsync("/account/data")).Fields[AccountAccess.ShownField];
        var page = await browser.SendAsync(HttpMethod.Post, DataPages.DeletePath, new Dictionary<string, string>
        {
            [Forms.TokenField] = stolen[Forms.TokenField], [AccountAccess.ShownField] = shown, [DataPages.ConfirmationField] = username,
        });
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.NotEqual(Guid.Empty, await Server.UserIdAsync(username));
    }

    [Fact]
    public async Task A_deletion_ends_everything_and_leaves_no_row_of_the_person_but_the_logouts_that_apps_must_hear()
    {
        var username = await Server.AddPersonAsync(u => (u.Email, u.EmailConfirmed) = ("gone@example.com", true));
        var userId = await Server.UserIdAsync(username);
        using var browser = await SignInAsync(username);
        using var phone = await SignInAsync(username);
        var app = await AppAccess.OpenAsync(Server, browser, edit: c => c with { BackchannelLogoutUri = "https://app.example/logout" });
        var offline = await AppAccess.OpenAsync(Server, browser, "scope=openid offline_access");
        using var stranger = new Browser(Server);
        await stranger.SignInAsync(await stranger.OpenAsync("/login"), username, "not it");
        await Server.Get<SecondFactorTries>().TakeAsync(userId, browser: null, Server.Clock.GetUtcNow(), TestContext.Current.CancellationToken);

        var done = await browser.SubmitAsync((await browser.OpenAsync("/account/data")).FormWith("confirmation"), (DataPages.ConfirmationField, " " + username.ToUpperInvariant()));
        Assert.Equal((HttpStatusCode.OK, "Your account is deleted"), (done.Status, done.Heading));
        Assert.DoesNotContain("You are signed in", (await browser.OpenAsync("/")).Text, StringComparison.Ordinal);
        Assert.Equal("Sign in", (await phone.OpenAsync("/account")).Heading);
        Assert.Equal((false, false), (await app.IsAliveAsync(), await offline.IsAliveAsync()));
        Assert.Equal("Sign in", (await stranger.SignInAsync(await stranger.OpenAsync("/login"), username)).Heading);

        // Every column of every table, whoever added it.
        var left = await ClusterFolder.AskAsync(Server.ConnectionString, $"""
            SELECT string_agg(t.table_name, ',' ORDER BY t.table_name) FROM information_schema.tables t
            WHERE t.table_schema = 'public' AND (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I x WHERE x::text LIKE ''%%%s%%'' OR x::text LIKE ''%%%s%%'' OR x::text LIKE ''%%%s,%%''', t.table_name, '{userId:D}', '{userId:N}', '{username}'), false, true, '')))[1]::text <> '0'
            """);
        Assert.Equal("AuditEvents,OutboxMessages", left);

        // The audit stands, and knows nobody by more than a subject that leads to no one any more.
        Assert.Equal("0", await ClusterFolder.AskAsync(Server.ConnectionString, $"""SELECT count(*)::text FROM "AuditEvents" a WHERE a::text ILIKE '%{username},%' OR a::text ILIKE '%gone@example.com%'"""));
        Assert.Equal("AccountDeleted", await ClusterFolder.AskAsync(Server.ConnectionString, """SELECT string_agg(DISTINCT substring("Mail"::text FROM 'AccountDeleted|NewDevice'), ',') FROM "OutboxMessages" WHERE "Mail"::text LIKE '%gone@example.com%'"""));
        Assert.Equal("BackChannelLogout", await ClusterFolder.AskAsync(Server.ConnectionString, $"""SELECT string_agg(DISTINCT "Kind", ',') FROM "OutboxMessages" WHERE "UserId" = '{userId}'"""));
    }

    [Fact]
    public async Task A_sign_in_that_races_a_deletion_leaves_no_session()
    {
        var username = await Server.AddPersonAsync();
        await using var scope = Server.Services.CreateAsyncScope();
        var user = (await scope.ServiceProvider.GetRequiredService<UserManager<User>>().FindByNameAsync(username))!;
        var session = new Session { SessionId = Server.Get<Entropy>().NewId(), UserId = user.Id, AuthTime = Server.Clock.GetUtcNow(), LastUsedAt = Server.Clock.GetUtcNow(), ExpiresAt = Server.Clock.GetUtcNow().AddDays(1) };
        var racing = Enumerable.Range(0, 8).Select(i => Server.Get<Sessions>().BeginAsync(session with { SessionId = Server.Get<Entropy>().NewId() }, Server.Get<Entropy>().Bytes(32), user.SecurityStamp, TestContext.Current.CancellationToken)).ToList();
        Assert.True(await Server.Get<AccountDeletion>().DeleteAsync(user.Id, null, Server.Clock.GetUtcNow(), TestContext.Current.CancellationToken));
        await Task.WhenAll(racing);
        Assert.False(await Server.Get<AccountDeletion>().DeleteAsync(user.Id, null, Server.Clock.GetUtcNow(), TestContext.Current.CancellationToken));
        Assert.Empty(await Server.Get<Sessions>().ListAsync(user.Id, alsoEnded: true, 10, TestContext.Current.CancellationToken));
    }

    private async Task<Browser> SignInAsync(string username)
    {
        var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        return browser;
    }
}
