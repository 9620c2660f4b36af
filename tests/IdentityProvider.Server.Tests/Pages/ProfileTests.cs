using System.Net;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Server.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary><c>/account/profile</c>: a person changes what apps are told of them.</summary>
public sealed class ProfileTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    [Fact]
    public async Task What_is_saved_is_what_apps_are_told_at_UserInfo_at_once()
    {
        var username = await Server.AddPersonAsync(user => user.Claims = """{"name":"Old Name"}""");
        using var browser = await SignInAsync(username);
        var app = await AppAccess.OpenAsync(Server, browser, "scope=openid%20profile%20phone%20address", c => c with { Scope = IdentityProvider.Protocol.ScopeSet.Of(["openid", "profile", "phone", "address"]) });

        var page = await browser.OpenAsync("/account/profile");
        Assert.Equal(("Your profile", "Old Name"), (page.Heading, ValueOf(page, "name")));
        Server.Clock.Advance(TimeSpan.FromSeconds(10));
        page = await browser.SubmitAsync(page, ("name", "Zoë O'Neil"), ("zoneinfo", "Europe/Paris"), ("locale", "fr"), ("phone_number", "+33 1 23 45 67 89"), ("address.locality", "Paris"));
        Assert.Contains("role=\"status\"", page.Html, StringComparison.Ordinal);
        Assert.Equal("Zoë O'Neil", ValueOf(page, "name"));
        Assert.Contains("<option value=\"Europe/Paris\" selected>", page.Html, StringComparison.Ordinal);

        var told = await UserInfoAsync(app.AccessToken);
        Assert.Equal(("Zoë O'Neil", "Europe/Paris", "fr"), (Text(told, "name"), Text(told, "zoneinfo"), Text(told, "locale")));
        Assert.Equal(("+33 1 23 45 67 89", false), (Text(told, "phone_number"), told["phone_number_verified"]!.GetValue<bool>()));
        Assert.Equal("Paris", told["address"]!["locality"]!.GetValue<string>());
        Assert.Equal(Server.Clock.GetUtcNow().ToUnixTimeSeconds(), told["updated_at"]!.GetValue<long>());
    }

    [Fact]
    public async Task What_was_changed_is_in_the_history_by_name_and_never_by_what_it_says()
    {
        var username = await Server.AddPersonAsync(user => user.Claims = """{"name":"Alice","nickname":"Al"}""");
        using var browser = await SignInAsync(username);
        var page = await browser.OpenAsync("/account/profile");
        (string, string)[] entered = [("name", "Alice"), ("nickname", "Zed-of-the-secret"), ("phone_number", "+33 1 23 45 67 89"), ("address.locality", "Paris"), ("address.country", "France")];
        page = await browser.SubmitAsync(page, entered);
        await browser.SubmitAsync(page, entered); // says what stands

        var history = (await browser.OpenAsync("/account/history")).Text;
        Assert.Contains("Profile changed: What friends call you, Phone number, Address", history, StringComparison.Ordinal);
        Assert.DoesNotContain("Zed-of-the-secret", history, StringComparison.Ordinal);
        var line = Assert.Single(await Server.Get<SignInEvents>().ListAsync(await Server.UserIdAsync(username), Server.Clock.GetUtcNow(), 20, TestContext.Current.CancellationToken), e => e.Outcome == SignInOutcome.ProfileChanged);
        Assert.Equal("nickname phone_number address phone_number_verified", line.Detail);
    }

    [Fact]
    public async Task A_mistake_is_said_at_its_field_and_above_with_a_link_and_nothing_is_saved()
    {
        var username = await Server.AddPersonAsync();
        using var browser = await SignInAsync(username);
        var page = await browser.SubmitAsync(await browser.OpenAsync("/account/profile"), ("name", "Alice"), ("website", "javascript:alert(1)"), ("birthdate", "yesterday"));

        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Contains("<a href=\"#website\">Your website</a>: Please enter a web address", page.Html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"#birthdate\">", page.Html, StringComparison.Ordinal);
        Assert.Contains("aria-describedby=\"birthdate-hint birthdate-mistake\" aria-invalid=\"true\"", page.Html, StringComparison.Ordinal);
        Assert.Equal(("Alice", "yesterday", "javascript:alert(1)"), (ValueOf(page, "name"), ValueOf(page, "birthdate"), ValueOf(page, "website")));
        Assert.DoesNotContain("href=\"javascript", page.Html, StringComparison.Ordinal);
        Assert.Equal("{}", await ClaimsAsync(username));

        page = await browser.SubmitAsync(page, ("name", "Alice"), ("website", "https://alice.example"), ("birthdate", "1990"));
        Assert.Equal("Alice", JsonNode.Parse(await ClaimsAsync(username))!["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_was_changed_elsewhere_meanwhile_is_not_lost_and_the_person_is_told()
    {
        var username = await Server.AddPersonAsync();
        using var here = await SignInAsync(username);
        using var there = await SignInAsync(username);
        var old = await here.OpenAsync("/account/profile");
        await there.SubmitAsync(await there.OpenAsync("/account/profile"), ("nickname", "Zed <i>"));

        var told = await here.SubmitAsync(old, ("name", "Alice"), ("nickname", "Al"));
        Assert.Equal(HttpStatusCode.Conflict, told.Status);
        Assert.Contains("changed somewhere else", told.Text, StringComparison.Ordinal);
        Assert.Contains("<bdi>Zed &lt;i&gt;</bdi>", told.Html, StringComparison.Ordinal);
        Assert.Equal(("Alice", "Al"), (ValueOf(told, "name"), ValueOf(told, "nickname")));
        Assert.Equal("Zed <i>", JsonNode.Parse(await ClaimsAsync(username))!["nickname"]!.GetValue<string>());

        // Seen that, they decide.
        await here.SubmitAsync(told, ("name", "Alice"), ("nickname", "Al"));
        Assert.Equal("Al", JsonNode.Parse(await ClaimsAsync(username))!["nickname"]!.GetValue<string>());
    }

    [Fact]
    public async Task Of_several_saves_at_once_one_wins_and_the_others_are_told()
    {
        var username = await Server.AddPersonAsync();
        using var browser = await SignInAsync(username);
        var page = await browser.OpenAsync("/account/profile");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => browser.SubmitOnceAsync(page, ("name", $"Name {i}"))));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.SeeOther);
        Assert.Equal(7, answers.Count(answer => answer.Status == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task An_operator_says_what_may_be_changed_and_the_rest_is_shown_and_stays()
    {
        await using var server = await TestServer.StartAsync(change: settings => settings with { Accounts = settings.Accounts with { EditableClaims = ["nickname"] } });
        var username = await server.AddPersonAsync(user => user.Claims = """{"name":"Alice A.","email":"alice@example.com"}""");
        using var browser = new Browser(server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);

        var page = await browser.OpenAsync("/account/profile");
        Assert.Matches("E-mail address alice@example.com .*Full name Alice A\\.", page.Text);
        Assert.DoesNotContain("name=\"name\"", page.Html, StringComparison.Ordinal);
        await browser.SubmitAsync(page, ("nickname", "Al"), ("name", "Mallory"), ("gender", "x"));
        Assert.Equal(["email", "name", "nickname", "updated_at"], JsonNode.Parse(await ClaimsAsync(server, username))!.AsObject().Select(claim => claim.Key).Order());
        Assert.Equal("Alice A.", JsonNode.Parse(await ClaimsAsync(server, username))!["name"]!.GetValue<string>());

        await using var closed = await TestServer.StartAsync(beside: server, change: settings => settings with { Accounts = settings.Accounts with { EditableClaims = [] } });
        using var there = new Browser(closed);
        await there.SignInAsync(await there.OpenAsync("/login"), username);
        Assert.DoesNotContain("<form", (await there.OpenAsync("/account/profile")).Html.Split("<main")[1].Split("</main>")[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_is_not_signed_in_signs_in_first_and_comes_back()
    {
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync("/account/profile");
        Assert.Equal("/account/profile", (await browser.SignInAsync(login, await Server.AddPersonAsync())).Path);
    }

    [Fact]
    public async Task Each_language_has_words_for_each_field_and_each_mistake()
    {
        using var browser = await SignInAsync(await Server.AddPersonAsync());
        var form = (await browser.OpenAsync("/account/profile")).Fields;
        foreach (var field in ProfileRules.FieldsOf(ProfileRules.Editable))
            form[field] = field is "name" ? new string('x', 501) : "\u202E";
        (form["birthdate"], form["zoneinfo"], form["locale"], form["phone_number"]) = ("x", "X", "x", "x");
        foreach (var language in Languages.All)
        {
            var page = await browser.SendAsync(HttpMethod.Post, "/account/profile", form, cookie: $"idp-language={language.Name}");
            Assert.Equal(HttpStatusCode.BadRequest, page.Status);
            Assert.Equal(18, page.Html.Split("class=\"mistake\"").Length - 1);
        }
    }

    private async Task<Browser> SignInAsync(string username)
    {
        var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        return browser;
    }

    private async Task<JsonNode> UserInfoAsync(string accessToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/userinfo");
        request.Headers.Authorization = new("Bearer", accessToken);
        using var answer = await Server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
    }

    private Task<string> ClaimsAsync(string username) => ClaimsAsync(Server, username);

    private static async Task<string> ClaimsAsync(TestServer server, string username) =>
        (await server.Get<Users>().FindStampedAsync(await server.UserIdAsync(username), TestContext.Current.CancellationToken))!.Claims.ToJsonString();

    private static string? Text(JsonNode claims, string name) => claims[name]?.GetValue<string>();

    private static string? ValueOf(Page page, string field)
    {
        var input = page.Html.Split($"<input id=\"{field}\"")[1].Split('>')[0];
        return input.Contains(" value=\"", StringComparison.Ordinal) ? WebUtility.HtmlDecode(input.Split(" value=\"")[1].Split('"')[0]) : null;
    }
}
