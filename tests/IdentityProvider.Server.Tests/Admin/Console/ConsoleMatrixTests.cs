using System.Net;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Admin.Console;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Admin.Console;

/// <summary>What holds for every page and every form of the console, whoever added it: who may, whose form it is, and that nothing that is written there runs.</summary>
public sealed class ConsoleMatrixTests(ConsoleServer console) : IClassFixture<ConsoleServer>
{
    private const string Hostile = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";

    /// <summary>What pages take in their query, whichever they are.</summary>
    private static readonly string[] Taken = ["q", "actor", "target", "from", "to", "action", "area", "state", "cursor", "kind", "username", "name", "client_id"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("admin")]
    [InlineData("operator")]
    [InlineData("auditor")]
    public async Task Each_role_reaches_what_the_matrix_says_and_nothing_else(string role)
    {
        using var person = await console.OperatorAsync(role);
        var form = await FormAsync(person);
        List<string> wrong = [];
        foreach (var route in ConsoleSetup.Routes)
        {
            var isAllowed = route.Area is not { } area || AdminRules.Allows(role, area, route.Writes) && (!route.NeedsFull || role == AdminRules.Admin);
            if (isAllowed && route.Method == "POST")
                continue; // what it does then is its own test's

            var answer = await person.Browser.SendAsync(new HttpMethod(route.Method), PathOf(route, "none"), route.Method == "POST" ? form : null);
            if (answer.Status == HttpStatusCode.Forbidden == isAllowed || answer.Location is not null)
                wrong.Add($"{role} {route.Method} {route.Path}: {answer.Status} {answer.Location}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Navigation_offers_what_there_is()
    {
        using var person = await console.OperatorAsync("auditor");
        var home = await person.OpenAsync("/admin");
        foreach (var entry in ConsoleSetup.Routes.Where(route => route is { Method: "GET", Writes: false } && route.Path.Split('/').Length == 2 && !route.Path.Contains('{', StringComparison.Ordinal)))
            Assert.Contains($"\"/admin{entry.Path}\"", home.Html, StringComparison.Ordinal);
        Assert.Contains("aria-current=\"page\"", home.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_form_counts_without_its_token_with_anothers_or_for_another_session()
    {
        using var person = await console.OperatorAsync("admin");
        using var other = await console.OperatorAsync("admin");
        var (own, foreign) = (await FormAsync(person), await FormAsync(other));
        List<string> wrong = [];
        foreach (var route in ConsoleSetup.Routes.Where(route => route.Method == "POST"))
        {
            var path = PathOf(route, "none");
            var bare = await person.Browser.SendAsync(HttpMethod.Post, path, own.Where(field => field.Key == ConsoleForm.ShownField));
            var stolen = await person.Browser.SendAsync(HttpMethod.Post, path, foreign);
            var stale = await person.Browser.SendAsync(HttpMethod.Post, path, own.Select(field => field.Key == ConsoleForm.ShownField ? new(field.Key, foreign[field.Key]) : field));
            var stranger = await new Browser(console.Server).SendAsync(HttpMethod.Post, path, own);
            if (bare.Status != HttpStatusCode.BadRequest || stolen.Status != HttpStatusCode.BadRequest)
                wrong.Add($"{route.Path}: {bare.Status} {stolen.Status}");
            if (stale.Status != HttpStatusCode.SeeOther || stale.Headers.Contains("Set-Cookie"))
                wrong.Add($"{route.Path} for another session: {stale.Status}");
            if (stranger.Location?.StartsWith("/authorize?", StringComparison.Ordinal) != true)
                wrong.Add($"{route.Path} by a stranger: {stranger.Status} {stranger.Location}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Nothing_that_somebody_wrote_is_markup()
    {
        using var person = await console.OperatorAsync("admin");
        await console.Server.Get<AuditEvents>().AddAsync(
            new AuditEvent
            {
                EventId = console.Server.Get<Entropy>().NewId(), At = console.Server.Clock.GetUtcNow(), Action = AuditActions.NameOf(AuditAction.ClientCreated),
                Actor = new AuditActor(AuditActorKind.Client, Hostile), Target = AuditTarget.Client(Hostile), Device = Hostile, Address = Hostile, RequestId = Hostile, Detail = Hostile,
            },
            Cancellation);
        var query = string.Join('&', Taken.Select(name => $"{name}={Uri.EscapeDataString(Hostile)}"));
        List<string> wrong = [];
        foreach (var route in ConsoleSetup.Routes.Where(route => route.Method == "GET"))
        {
            foreach (var path in new[] { PathOf(route, Hostile), PathOf(route, "none"), $"{PathOf(route, "none")}?{query}" })
            {
                var page = await person.Browser.SendAsync(HttpMethod.Get, path, null);
                if (page.Html.Contains("<script", StringComparison.OrdinalIgnoreCase) || page.Html.Contains("<img src=x", StringComparison.Ordinal) || page.Html.Contains("\"'>", StringComparison.Ordinal))
                    wrong.Add(path);
                if (!page.Header("Content-Security-Policy").Contains("default-src 'none'", StringComparison.Ordinal) && page.Location is null)
                    wrong.Add($"{path}: {page.Header("Content-Security-Policy")}");
            }
        }

        var line = await person.OpenAsync($"/admin/audit?target={Uri.EscapeDataString(Hostile)}");
        var shown = await person.OpenAsync("/admin/audit/" + line.Html.Split("<td><a href=\"/admin/audit/")[1].Split('"')[0]);
        Assert.Contains(Hostile, shown.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", line.Html + shown.Html, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(wrong);
    }

    /// <summary>The token and the session of a form that this person was shown.</summary>
    private static async Task<Dictionary<string, string>> FormAsync(Operator person) => (await person.OpenAsync("/admin/audit")).FormWith("Verify the chain").Fields;

    private static string PathOf(ConsoleRoute route, string name) =>
        BuiltInClients.ConsolePath + string.Join('/', route.Path.Split('/').Select(part => part.StartsWith('{') ? Uri.EscapeDataString(name) : part));
}
