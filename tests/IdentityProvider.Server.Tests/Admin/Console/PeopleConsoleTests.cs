using System.Net;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Admin.Console;

/// <summary>People in the console: who they are, what they have, and what an operator does for them or to them.</summary>
public sealed class PeopleConsoleTests(ConsoleServer console) : IClassFixture<ConsoleServer>
{
    private const string Markup = "<script>alert(1)</script>";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private TestServer Server => console.Server;

    [Fact]
    public async Task People_are_listed_a_page_at_a_time_and_found_by_whatever_they_are_called()
    {
        for (var i = 0; i < 51; i++)
            await Server.AddPersonAsync(user => user.UserName = $"row-{i:D3}-{user.Id:N}");
        var named = await Server.AddPersonAsync(user => user.Claims = $$"""{"given_name":"{{Markup}}","family_name":"Zwölfer"}""");
        using var person = await console.OperatorAsync("auditor");

        var first = await person.OpenAsync("/admin/users");
        Assert.Equal("People", first.Heading);
        var next = first.Html.Split("rel=\"next\"")[0].Split("href=\"")[^1].Split('"')[0];
        var second = await person.OpenAsync("/admin/users" + WebUtility.HtmlDecode(next));
        Assert.Contains("From the beginning", second.Text, StringComparison.Ordinal);
        Assert.NotEqual(first.Text, second.Text);

        var found = await person.OpenAsync("/admin/users?q=zw%C3%B6lf");
        Assert.Contains(named, found.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("row-", found.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Markup, found.Html, StringComparison.Ordinal);
        Assert.Contains("Nobody is called so.", (await person.OpenAsync("/admin/users?q=nobody-at-all")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_only_looks_is_offered_nothing_and_can_do_nothing()
    {
        using var person = await console.OperatorAsync("auditor");
        var path = await PathAsync(await Server.AddPersonAsync());
        var page = await person.OpenAsync(path);
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.DoesNotContain("method=\"post\"", page.Html, StringComparison.Ordinal);
        foreach (var refused in new[] { "disable", "delete", "end-sessions", "revoke-tokens", "reset-second-factors" })
            Assert.Equal(HttpStatusCode.Forbidden, (await person.OpenAsync($"{path}/{refused}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await person.OpenAsync("/admin/users/none")).Status);
    }

    [Fact]
    public async Task An_account_is_made_with_its_first_password_and_given_another()
    {
        using var person = await console.OperatorAsync("operator");
        var username = "made-" + Server.Get<Entropy>().NewId().ToString("N");
        var form = (await person.OpenAsync("/admin/users/-/new")).FormWith("given_name");
        var refused = await person.SubmitAsync(form, ("username", username), ("given_name", Markup), ("password", "password"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Contains("id=\"password-mistake\"", refused.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"password\"", refused.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(Markup, refused.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await person.SubmitAsync(form, ("username", username), ("role", "admin"))).Status);

        var made = await person.SubmitAsync(
            form, ("username", username), ("given_name", "Ada"), ("email", username + "@example.com"), ("email_verified", "true"), ("password", "violet-otter-piano-7"), ("role", "staff"));
        Assert.Equal(username, made.Heading);
        Assert.Contains($"{username} has an account.", made.Text, StringComparison.Ordinal);
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username, "violet-otter-piano-7");
        Assert.Equal("/account", (await browser.OpenAsync("/account")).Path);

        var given = await person.SubmitAsync((await person.OpenAsync(made.Path + "/password")).FormWith("keep_sessions"), ("password", "violet-otter-piano-8"));
        Assert.Contains($"{username} has another password.", given.Text, StringComparison.Ordinal);
        Assert.StartsWith("/login", (await browser.OpenAsync("/account")).Path, StringComparison.Ordinal);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username, "violet-otter-piano-8");
        Assert.Equal("/account", (await browser.OpenAsync("/account")).Path);
    }

    [Fact]
    public async Task A_person_is_kept_out_after_a_question_and_let_in_again()
    {
        var (username, path) = await NewAsync();
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        using var person = await console.OperatorAsync("operator");

        var asked = await person.OpenAsync(path + "/disable");
        Assert.Contains("That affects 1 session.", asked.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Disabled", (await person.OpenAsync(path)).Text, StringComparison.Ordinal);
        var done = await person.SubmitAsync(asked);
        Assert.Equal(path, done.Path);
        Assert.Contains($"{username} may not sign in any more.", done.Text, StringComparison.Ordinal);
        Assert.Contains("Disabled", done.Text, StringComparison.Ordinal);
        Assert.StartsWith("/login", (await browser.OpenAsync("/account")).Path, StringComparison.Ordinal);

        var enabled = await person.SubmitAsync(done.FormWith("Enable"));
        Assert.Contains($"{username} may sign in again.", enabled.Text, StringComparison.Ordinal);
        Assert.DoesNotContain($"{username} may sign in again.", (await person.OpenAsync(path)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_session_is_ended_or_all_and_nothing_of_anybody_elses()
    {
        var (username, path) = await NewAsync();
        using var first = new Browser(Server, userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
        await first.SignInAsync(await first.OpenAsync("/login"), username);
        using var person = await console.OperatorAsync("operator");
        var page = await person.OpenAsync(path);
        Assert.Contains("Firefox", page.Text, StringComparison.Ordinal);
        var end = page.FormWith("/end\"");

        var ended = await person.SubmitAsync(end);
        Assert.Contains("That session has ended", ended.Text, StringComparison.Ordinal);
        Assert.Contains("Signed in nowhere.", ended.Text, StringComparison.Ordinal);
        Assert.StartsWith("/login", (await first.OpenAsync("/account")).Path, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await person.SubmitAsync(end)).Status);

        using var second = new Browser(Server);
        await second.SignInAsync(await second.OpenAsync("/login"), username);
        await first.SignInAsync(await first.OpenAsync("/login"), username);
        var asked = await person.OpenAsync(path + "/end-sessions");
        Assert.Contains("That affects 2 sessions.", asked.Text, StringComparison.Ordinal);
        var all = await person.SubmitAsync(asked);
        Assert.Contains($"{username} is signed out everywhere.", all.Text, StringComparison.Ordinal);
        Assert.StartsWith("/login", (await second.OpenAsync("/account")).Path, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await person.OpenAsync(path)).Status);
    }

    [Fact]
    public async Task What_an_app_has_is_taken_back_with_or_without_the_consent()
    {
        var (username, path) = await NewAsync();
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        var app = await AppAccess.OpenAsync(Server, browser);
        using var person = await console.OperatorAsync("operator");
        var page = await person.OpenAsync(path);
        Assert.Contains(app.Client.ClientId, page.Text, StringComparison.Ordinal);

        var family = page.Html.Split("href=\"/admin/families/")[1].Split('"')[0];
        Assert.Contains("Lives", (await person.OpenAsync("/admin/families/" + family)).Text, StringComparison.Ordinal);

        var ended = await person.SubmitAsync(page.FormWith("/families/"));
        Assert.Contains("EndedByOperator", (await person.OpenAsync("/admin/families/" + family)).Text, StringComparison.Ordinal);
        Assert.Contains("has that app's access no more", ended.Text, StringComparison.Ordinal);
        Assert.Contains("No app has access now.", ended.Text, StringComparison.Ordinal);
        Assert.Empty(await Server.Get<TokenFamilies>().ListAsync(await Server.UserIdAsync(username), Server.Clock.GetUtcNow(), 10, Cancellation));

        var other = await NewAsync();
        var anothers = page.FormWith("/families/") with { Html = page.FormWith("/families/").Html.Replace(path, other.Path, StringComparison.Ordinal) };
        Assert.Equal(HttpStatusCode.NotFound, (await person.SubmitAsync(anothers)).Status);

        Assert.Contains("Nothing was agreed to.", (await person.SubmitAsync(ended.FormWith("/grants/"))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Roles_and_groups_are_given_and_taken_and_what_is_wrong_is_said_at_its_field()
    {
        var (username, path) = await NewAsync();
        using var person = await console.OperatorAsync("operator");
        var group = $"g/{Markup}&{username}";
        var groups = await person.SubmitAsync((await person.OpenAsync("/admin/groups")).FormWith("name=\"group\""), ("group", group));
        Assert.Equal(group, groups.Heading);
        Assert.DoesNotContain(Markup, groups.Html, StringComparison.Ordinal);
        Assert.Contains("seller", (await person.SubmitAsync(groups.FormWith("name=\"role\""), ("role", "seller"))).Text, StringComparison.Ordinal);
        var joined = await person.SubmitAsync(groups.FormWith("name=\"username\""), ("username", username));
        Assert.Contains("People (1)", joined.Text, StringComparison.Ordinal);

        var page = await person.OpenAsync(path);
        Assert.Contains("seller by a group", page.Text, StringComparison.Ordinal);
        page = await person.SubmitAsync(page.FormWith("name=\"role\""), ("role", "packer"));
        Assert.Contains($"{username} has the role packer.", page.Text, StringComparison.Ordinal);
        page = await person.SubmitAsync(page.FormWith("/roles/packer/revoke"));
        Assert.Contains($"{username} has the role packer no more.", page.Text, StringComparison.Ordinal);
        page = await person.SubmitAsync(page.FormWith("/leave"));
        Assert.DoesNotContain("by a group", page.Text, StringComparison.Ordinal);

        var nowhere = await person.SubmitAsync(page.FormWith("name=\"group\""), ("group", "no such group"));
        Assert.Equal(HttpStatusCode.NotFound, nowhere.Status);
        Assert.Contains("'no such group' is not a group here", nowhere.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"no such group\"", nowhere.Html, StringComparison.Ordinal);
        Assert.Contains("aria-invalid=\"true\"", nowhere.Html, StringComparison.Ordinal);

        var deleted = await person.SubmitAsync(await person.OpenAsync($"/admin/groups/{Uri.EscapeDataString(group)}/delete"));
        Assert.Equal("/admin/groups", deleted.Path);
        Assert.Equal(HttpStatusCode.NotFound, (await person.OpenAsync($"/admin/groups/{Uri.EscapeDataString(group)}")).Status);
    }

    [Fact]
    public async Task What_opens_administration_is_an_admins_matter_here_too()
    {
        using var admin = await console.OperatorAsync("admin");
        using var person = await console.OperatorAsync("operator");
        var path = await PathAsync(admin.Username);
        var raised = await person.SubmitAsync((await person.OpenAsync(await PathAsync(person.Username))).FormWith("name=\"role\""), ("role", "admin"));
        Assert.Equal(HttpStatusCode.Forbidden, raised.Status);
        foreach (var what in new[] { "disable", "delete", "end-sessions", "revoke-tokens", "reset-second-factors" })
        {
            var refused = await person.SubmitAsync(await person.OpenAsync($"{path}/{what}"), ("confirm", admin.Username));
            Assert.True(refused.Status == HttpStatusCode.Forbidden, what);
        }

        Assert.Equal("Home", (await admin.OpenAsync("/admin")).Heading);

        // An admin may, but deletes nobody by a slip.
        var (username, other) = await NewAsync();
        var asked = await admin.OpenAsync(other + "/delete");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await admin.SubmitAsync(asked, ("confirm", "no"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await admin.OpenAsync(other)).Status);
        Assert.Equal("/admin/users", (await admin.SubmitAsync(asked, ("confirm", username))).Path);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.OpenAsync(other)).Status);
    }

    [Fact]
    public async Task A_role_asks_for_a_second_factor_where_an_admin_says_so_and_no_operator_does()
    {
        using var admin = await console.OperatorAsync("admin");
        var role = "role-" + admin.Username;
        var made = await admin.SubmitAsync((await admin.OpenAsync("/admin/roles")).FormWith("name=\"role\""), ("role", role));
        Assert.Contains("not asked for", made.Text, StringComparison.Ordinal);
        var asks = await admin.SubmitAsync(made.FormWith("require_mfa"), ("require_mfa", "true"));
        Assert.Contains("required of who has it", asks.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, (await admin.SubmitAsync((await admin.OpenAsync("/admin/roles")).FormWith("name=\"role\""), ("role", role.ToUpperInvariant()))).Status);

        using var person = await console.OperatorAsync("operator");
        Assert.DoesNotContain("method=\"post\"", (await person.OpenAsync($"/admin/roles/{role}")).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await person.OpenAsync($"/admin/roles/{role}/delete")).Status);
        Assert.Equal("/admin/roles", (await admin.SubmitAsync(await admin.OpenAsync($"/admin/roles/{role}/delete"))).Path);
    }

    [Fact]
    public async Task A_search_leads_to_what_was_found()
    {
        var (username, path) = await NewAsync();
        using var person = await console.OperatorAsync("auditor");
        var page = await person.OpenAsync("/admin/search?q=" + username);
        Assert.Contains($"href=\"{path}\"", page.Html, StringComparison.Ordinal);
        var nothing = await person.OpenAsync("/admin/search?q=" + Uri.EscapeDataString("nothing" + Markup));
        Assert.Contains("Nothing begins so.", nothing.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Markup, nothing.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await person.OpenAsync("/admin/search?q=" + new string('x', 401))).Status);
        Assert.Equal("Search", (await person.OpenAsync("/admin/search")).Heading);
    }

    [Fact]
    public async Task Sign_ins_are_shown_with_those_that_failed()
    {
        var (username, path) = await NewAsync();
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        using var person = await console.OperatorAsync("auditor");
        var page = await person.OpenAsync("/admin/sessions");
        Assert.Contains($"href=\"{path}\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("Signed in", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(path, (await person.OpenAsync("/admin/sessions?only=failed")).Html, StringComparison.Ordinal);

        // Of this person: others' sign-ins of the same moment may have ended since.
        var line = page.Html.Split("<tr").First(row => row.Contains($"href=\"{path}\"", StringComparison.Ordinal));
        var session = line.Split("href=\"/admin/sessions/")[1].Split('"')[0];
        Assert.Equal("Session", (await person.OpenAsync("/admin/sessions/" + session)).Heading);
    }

    [Fact]
    public async Task A_delivery_that_was_given_up_is_tried_again_or_forgotten()
    {
        var (username, _) = await NewAsync();
        await ClusterFolder.ExecuteAsync(Server.ConnectionString, $"""
            INSERT INTO "OutboxMessages" ("Kind", "ClientId", "UserId", "SessionId", "CreatedAt", "ExpiresAt", "Attempts", "NextAttemptAt", "LastError", "GivenUpAt")
            VALUES ('BackChannelLogout', 'shop-{username}', '{await Server.UserIdAsync(username):D}', gen_random_uuid(), now(), now(), 7, NULL, 'answered 500', now())
            """);
        var id = await ClusterFolder.AskAsync(Server.ConnectionString, $"""SELECT "Id"::text FROM "OutboxMessages" WHERE "ClientId" = 'shop-{username}'""");
        using var person = await console.OperatorAsync("operator");

        var list = await person.OpenAsync("/admin/outbox?state=given_up");
        Assert.Contains("answered 500", list.Text, StringComparison.Ordinal);
        var retried = await person.SubmitAsync(list.FormWith($"/outbox/{id}/retry"));
        Assert.Contains($"Message {id} is tried again within seconds.", retried.Text, StringComparison.Ordinal);
        var discarded = await person.SubmitAsync(await person.OpenAsync($"/admin/outbox/{id}/discard"));
        Assert.Contains($"Message {id} was discarded.", discarded.Text, StringComparison.Ordinal);
        Assert.DoesNotContain($"shop-{username}", (await person.OpenAsync("/admin/outbox")).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await person.OpenAsync($"/admin/outbox/{id}/discard")).Status);
    }

    private async Task<(string Username, string Path)> NewAsync()
    {
        var username = await Server.AddPersonAsync();
        return (username, await PathAsync(username));
    }

    private async Task<string> PathAsync(string username) => $"/admin/users/{await Server.UserIdAsync(username):D}";
}
