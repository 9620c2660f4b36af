using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Admin.Console;

/// <summary>Clients in the console: found, looked at, given secrets, changed, deleted; registered by answers, and tested.</summary>
public sealed partial class ClientConsoleTests(ConsoleServer console) : IClassFixture<ConsoleServer>
{
    private const string Hostile = "<script>alert(1)</script> & co";

    private TestServer Server => console.Server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_are_listed_page_by_page_and_found_by_how_they_begin()
    {
        for (var i = 0; i < 52; i++)
            await AddAsync(new Client { ClientId = $"many-{i:00}", ClientName = $"Many {i:00}", RedirectUris = ["https://app.example/cb"], GrantTypes = [GrantTypes.AuthorizationCode] });
        using var person = await console.OperatorAsync("auditor");

        var first = await person.OpenAsync("/admin/clients?q=many-");
        Assert.Contains("Many 49", first.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Many 50", first.Text, StringComparison.Ordinal);
        var second = await person.OpenAsync("/admin/clients" + WebUtility.HtmlDecode(More().Match(first.Html).Groups[1].Value));
        Assert.Contains("Many 51", second.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Many 49", second.Text, StringComparison.Ordinal);
        Assert.Contains("No client begins so.", (await person.OpenAsync("/admin/clients?q=nobody")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_is_shown_with_its_settings_its_weakness_and_what_its_partner_copies()
    {
        var client = await AddAsync(Web("weak") with { ClientName = Hostile, RequirePkce = false });
        using var person = await console.OperatorAsync("auditor");

        var page = await person.OpenAsync($"/admin/clients/{client.ClientId}");

        Assert.Equal((HttpStatusCode.OK, Hostile), (page.Status, page.Heading));
        Assert.DoesNotContain("<script", page.Html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("require_pkce: without PKCE", page.Text, StringComparison.Ordinal);
        Assert.Contains("https://weak.example/cb", page.Text, StringComparison.Ordinal);
        Assert.Contains("import * as oidc from 'openid-client'", page.Text, StringComparison.Ordinal);
        Assert.Contains("client_secret_post", page.Text, StringComparison.Ordinal); // what ASP.NET Core would want of it
        Assert.DoesNotContain("Make another secret", page.Text, StringComparison.Ordinal); // an auditor only looks
        Assert.Equal(HttpStatusCode.NotFound, (await person.OpenAsync("/admin/clients/nobody")).Status);
        Assert.Contains("built in", (await person.OpenAsync("/admin/clients/idp-console")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_is_told_once_works_and_can_be_ended()
    {
        var client = await AddAsync(Web("secretive"));
        using var person = await console.OperatorAsync("operator");
        var page = await person.OpenAsync("/admin/clients/secretive");

        var told = await person.SubmitAsync(page.FormWith("Make another secret"), ("keep_old", "3600"));
        var secret = SecretOf(told);
        Assert.Equal(43, secret.Length);
        Assert.Equal("no-store", told.Header("Cache-Control"));
        var standing = await FindAsync("secretive");
        Assert.Contains(standing.Secrets, made => made.Hash.SequenceEqual(SecretHash.Of(secret)));
        Assert.DoesNotContain(secret, (await person.OpenAsync("/admin/clients/secretive")).Html, StringComparison.Ordinal);

        page = await person.OpenAsync("/admin/clients/secretive");
        var id = ClientOperations.IdOf(standing.Secrets.Single(made => made.Hash.SequenceEqual(SecretHash.Of(secret))));
        var ended = await person.SubmitAsync(page.FormWith($"/secrets/{id}/end"));
        Assert.Contains($"The secret {id} has ended.", ended.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await person.SubmitAsync(ended.FormWith("Make another secret"), ("keep_old", "99"))).Status);
    }

    [Fact]
    public async Task Deleting_one_takes_its_name_letter_by_letter()
    {
        await AddAsync(Web("doomed"));
        using var person = await console.OperatorAsync("operator");
        var page = await person.OpenAsync("/admin/clients/doomed/delete");

        var refused = await person.SubmitAsync(page.FormWith("confirm"), ("confirm", "Doomed"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.NotNull(await Server.Get<Clients>().FindAsync("doomed", Cancellation));

        var done = await person.SubmitAsync(refused.FormWith("confirm"), ("confirm", "doomed"));
        Assert.Equal(("/admin/clients", "Clients"), (done.Path, done.Heading));
        Assert.Contains("doomed is deleted.", done.Text, StringComparison.Ordinal);
        Assert.Null(await Server.Get<Clients>().FindAsync("doomed", Cancellation));
    }

    [Fact]
    public async Task A_change_is_shown_at_its_field_when_it_is_refused_and_never_undoes_anothers()
    {
        await AddAsync(Web("changing"));
        using var person = await console.OperatorAsync("operator");
        var page = await person.OpenAsync("/admin/clients/changing/edit");
        var fields = Edited(page);

        var refused = await person.SubmitAsync(page.FormWith("redirect_uris"), [.. fields, ("redirect_uris", "http://elsewhere.example/cb")]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Contains("http://elsewhere.example/cb", refused.Html, StringComparison.Ordinal);
        Assert.Contains("aria-invalid=\"true\"", refused.Html, StringComparison.Ordinal);

        var done = await person.SubmitAsync(page.FormWith("redirect_uris"), [.. fields, ("client_name", "Changed"), ("redirect_uris", "https://changing.example/one\r\nhttps://changing.example/two")]);
        Assert.Equal("/admin/clients/changing", done.Path);
        var changed = await FindAsync("changing");
        Assert.Equal(("Changed", 2, false), (changed.ClientName, changed.RedirectUris.Count, changed.RequireConsent));
        Assert.Equal(SubjectType.Public, changed.SubjectType);

        // The form that was shown before that change.
        var late = await person.SubmitAsync(page.FormWith("redirect_uris"), [.. fields, ("client_name", "Late")]);
        Assert.Equal(HttpStatusCode.Conflict, late.Status);
        Assert.Equal("Changed", (await FindAsync("changing")).ClientName);
    }

    [Fact]
    public async Task Answers_become_a_client_its_API_and_what_the_partner_copies()
    {
        using var person = await console.OperatorAsync("operator");
        var questions = await person.OpenAsync("/admin/clients/-/new");
        var proposal = await person.SubmitAsync(questions.FormWith("revocation"),
            ("clients", "web"), ("platform", "aspnetcore"), ("identifier", "https://guided.example"), ("scopes", "guided.read guided.write"), ("revocation", "immediate"), ("verifiers", "one"), ("permissions", "daily"));
        Assert.Contains("introspection", proposal.Text, StringComparison.Ordinal);
        Assert.Contains("/signin-oidc", proposal.Text, StringComparison.Ordinal);
        Assert.Null(await Server.Get<IdentityProvider.Storage.Resources>().FindAsync("https://guided.example", Cancellation));

        // What is wrong is said before the first of the two is made.
        var form = proposal.FormWith("redirect_uris");
        var refused = await person.SubmitAsync(form, [.. Proposed(proposal), ("client_name", "Guided"), ("redirect_uris", "http://guided.example/signin-oidc")]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Null(await Server.Get<IdentityProvider.Storage.Resources>().FindAsync("https://guided.example", Cancellation));

        (string, string)[] right = [.. Proposed(proposal), ("client_name", "Guided"), ("redirect_uris", "https://app.guided.example/signin-oidc")];
        var made = await person.SubmitAsync(form, right);
        Assert.Equal((HttpStatusCode.OK, "Guided is registered"), (made.Status, made.Heading));
        var client = await FindAsync(CodeOf(made, "client-id"));
        Assert.Contains(client.Secrets, secret => secret.Hash.SequenceEqual(SecretHash.Of(SecretOf(made))));
        Assert.Equal((ClientAuthenticationMethod.ClientSecretPost, true, true), (client.TokenEndpointAuthMethod, client.RequirePkce, client.RequireConsent));
        Assert.Equal("openid profile email guided.read guided.write", client.Scope.ToString());
        Assert.Contains("options.CallbackPath = \"/signin-oidc\"", made.Text, StringComparison.Ordinal);
        Assert.Contains("open", Snippet().Match(made.Html).Groups[1].Value, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromMinutes(5), (await Server.Get<IdentityProvider.Storage.Resources>().FindAsync("https://guided.example", Cancellation))!.AccessTokenLifetime);

        // Sent twice, it is one client.
        Assert.Equal(HttpStatusCode.Conflict, (await person.SubmitAsync(form, right)).Status);
    }

    [Theory]
    [InlineData("spa")]
    [InlineData("native")]
    [InlineData("service")]
    public async Task Each_kind_of_client_can_be_registered_without_an_API_but_a_service(string kind)
    {
        using var person = await console.OperatorAsync("admin");
        var proposal = await person.SubmitAsync((await person.OpenAsync("/admin/clients/-/new")).FormWith("revocation"),
            ("clients", kind), ("revocation", "seconds"), ("verifiers", "one"), ("permissions", "rarely"));
        (string, string)[] more = kind switch
        {
            "spa" => [("redirect_uris", "https://spa.example/cb"), ("allowed_origins", "https://spa.example")],
            "native" => [("redirect_uris", "http://127.0.0.1/callback")],
            _ => [],
        };
        var made = await person.SubmitAsync(proposal.FormWith("redirect_uris"), [.. Proposed(proposal), ("client_name", kind), .. more]);
        Assert.Equal($"{kind} is registered", made.Heading);
        Assert.Equal(kind == "service", made.Html.Contains("id=\"secret\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_that_is_missing_is_asked_for_again()
    {
        using var person = await console.OperatorAsync("operator");
        var page = await person.SubmitAsync((await person.OpenAsync("/admin/clients/-/new")).FormWith("revocation"), ("clients", "web"), ("revocation", "soon"), ("verifiers", "one"), ("permissions", "rarely"));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Register a client"), (page.Status, page.Heading));
    }

    [Fact]
    public async Task A_test_runs_the_clients_own_flow_shows_what_came_and_leaves_nothing()
    {
        await AddAsync(Web("tested"));
        using var person = await console.OperatorAsync("operator");
        var page = await person.OpenAsync("/admin/clients/tested/test");

        var consent = await person.SubmitAsync(page.FormWith("Begin"));
        Assert.Contains("Tested", consent.Text, StringComparison.Ordinal);
        Assert.Contains(TestServer.Issuer + ClientTestRules.CallbackPath, (await FindAsync("tested")).RedirectUris);
        var result = await person.SubmitAsync(consent.FormWith("Allow"), ("decision", "allow"));

        Assert.Equal((HttpStatusCode.OK, "Tested Tested"), (result.Status, result.Heading));
        Assert.Contains("\"aud\": \"tested\"", result.Text, StringComparison.Ordinal);
        Assert.Contains("\"token_type\": \"Bearer\"", result.Text, StringComparison.Ordinal);
        Assert.DoesNotMatch("eyJ[A-Za-z0-9_-]{30,}", result.Html);
        Assert.DoesNotContain(TestServer.Issuer + ClientTestRules.CallbackPath, (await FindAsync("tested")).RedirectUris);
        Assert.DoesNotContain(
            await Server.Get<TokenFamilies>().ListAsync(await Server.UserIdAsync(person.Username), Server.Clock.GetUtcNow(), 50, Cancellation),
            family => family.ClientId == "tested" && family.EndedAt is null);

        // The answer is spent.
        Assert.Contains("The token endpoint refused: invalid_", (await person.OpenAsync(result.Path)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_that_another_browser_began_is_refused()
    {
        await AddAsync(Web("lured") with { RequireConsent = false });
        using var attacker = await console.OperatorAsync("operator");
        using var victim = await console.OperatorAsync("operator");
        var begun = await attacker.Browser.SubmitOnceAsync((await attacker.OpenAsync("/admin/clients/lured/test")).FormWith("Begin"));
        var answer = (await attacker.Browser.SendAsync(HttpMethod.Get, begun.Location!, null)).Location!;
        Assert.StartsWith(TestServer.Issuer + ClientTestRules.CallbackPath + "?", answer, StringComparison.Ordinal);

        var refused = await victim.OpenAsync(answer[TestServer.Issuer.Length..]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Contains("no test of a client was begun in this browser", refused.Text, StringComparison.Ordinal);

        // Begun and left: the address can be taken away.
        var page = await attacker.OpenAsync("/admin/clients/lured/test");
        Assert.Contains("has not come to its end", page.Text, StringComparison.Ordinal);
        await attacker.SubmitAsync(page.FormWith("Remove the address"));
        Assert.Equal(["https://lured.example/cb"], (await FindAsync("lured")).RedirectUris);
    }

    [Fact]
    public async Task What_cant_be_tested_says_why()
    {
        await AddAsync(Web("pushed") with { RequirePushedAuthorizationRequests = true });
        using var person = await console.OperatorAsync("operator");
        Assert.Contains("only the client can push its requests", (await person.OpenAsync("/admin/clients/pushed")).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await person.OpenAsync("/admin/clients/pushed/test")).Status);
    }

    private static Client Web(string name) => new()
    {
        ClientId = name,
        ClientName = $"{char.ToUpperInvariant(name[0])}{name[1..]}",
        RedirectUris = [$"https://{name}.example/cb"],
        GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
        Scope = ScopeSet.Of(["openid", "profile"]),
        Secrets = [new(SecretHash.Of(Encoding.ASCII.GetString("a secret of nobody"u8)), new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), null)],
    };

    // What the browser would send of the page's other fields; a checkbox that is not ticked sends nothing.
    private static (string, string)[] Edited(Page page) =>
    [
        ("client_name", "Changing"), ("redirect_uris", "https://changing.example/cb"), ("grant_types", "authorization_code\nrefresh_token"), ("scope", "openid profile"),
        ("token_endpoint_auth_method", "client_secret_basic"), ("require_pkce", "true"), .. page.FormWith("redirect_uris").Fields.Select(field => (field.Key, field.Value)),
    ];

    private static (string, string)[] Proposed(Page page)
    {
        var form = page.FormWith("redirect_uris");
        return
        [
            .. form.Fields.Select(field => (field.Key, field.Value)),
            .. TextAreas().Matches(form.Html).Select(area => (area.Groups[1].Value, WebUtility.HtmlDecode(area.Groups[2].Value))),
            ("scope", WebUtility.HtmlDecode(Scope().Match(form.Html).Groups[1].Value)),
            ("token_endpoint_auth_method", Method().Match(form.Html).Groups[1].Value),
            ("require_consent", "true"), ("require_pkce", "true"),
        ];
    }

    private async Task<Client> AddAsync(Client client)
    {
        Assert.True(await Server.Get<Clients>().AddAsync(client, Cancellation));
        return client;
    }

    private async Task<Client> FindAsync(string clientId) => (await Server.Get<Clients>().FindAsync(clientId, Cancellation))!;

    private static string SecretOf(Page page) => CodeOf(page, "secret");

    private static string CodeOf(Page page, string id) => Regex.Match(page.Html, $"<code id=\"{id}\">([^<]+)</code>").Groups[1].Value;

    [GeneratedRegex("""href="(\?[^"]*cursor=[^"]*)" rel="next""")]
    private static partial Regex More();

    [GeneratedRegex("""<details class="snippet"([^>]*)><summary>ASP""")]
    private static partial Regex Snippet();

    [GeneratedRegex("""<textarea id="([^"]+)"[^>]*>([^<]*)</textarea>""")]
    private static partial Regex TextAreas();

    [GeneratedRegex("""<input id="scope"[^>]*value="([^"]*)"[^>]*>""")]
    private static partial Regex Scope();

    [GeneratedRegex("""<option value="([^"]+)" selected""")]
    private static partial Regex Method();
}
