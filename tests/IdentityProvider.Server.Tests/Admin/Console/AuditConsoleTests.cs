using System.Net;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Admin.Console;

public sealed class AuditConsoleTests(ConsoleServer console) : IClassFixture<ConsoleServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Finds_what_somebody_did_shows_all_of_it_and_pages_on()
    {
        using var person = await console.OperatorAsync("auditor");
        var target = AuditTarget.Client("shown-" + console.Server.Get<Entropy>().NewId().ToString("N"));
        var events = Enumerable.Range(0, 51).Select(i => new AuditEvent
        {
            EventId = console.Server.Get<Entropy>().NewId(), At = console.Server.Clock.GetUtcNow().AddMinutes(-i), Action = AuditActions.NameOf(AuditAction.ClientChanged),
            Actor = new AuditActor(AuditActorKind.Command, "root"), Target = target, Before = """{"client_name":"Old"}""", After = """{"client_name":"New <b>"}""",
        }).ToList();
        await console.Server.Get<AuditEvents>().AddAsync(events, Cancellation);
        var first = await person.OpenAsync($"/admin/audit?action=client.changed&target={target.Id}");
        Assert.Equal(50, first.Html.Split("<td>client.changed</td>").Length - 1);
        var next = WebUtility.HtmlDecode(first.Html.Split("rel=\"next\"")[0].Split("href=\"")[^1].Split('"')[0]);
        var second = await person.OpenAsync("/admin/audit" + next);
        Assert.Single(second.Html.Split("<td>client.changed</td>").Skip(1));

        var line = await person.OpenAsync($"/admin/audit/{events[50].EventId:N}");
        Assert.Equal("client.changed", line.Heading);
        Assert.Contains("\"client_name\": \"New <b>\"", line.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await person.OpenAsync("/admin/audit/none")).Status);
    }

    [Fact]
    public async Task A_filter_that_is_none_is_said_to_be_wrong()
    {
        using var person = await console.OperatorAsync("auditor");
        var page = await person.OpenAsync("/admin/audit?from=yesterday");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, page.Status);
        Assert.Contains("from : must be a moment", page.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"yesterday\"", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_chain_is_proven_and_a_line_that_somebody_changed_shows()
    {
        await using var server = await TestServer.StartAsync();
        using var person = new Operator(server, await server.AddPersonAsync());
        await ConsoleServer.GiveAsync(server, person.Username, "auditor");
        await person.SignInAsync(await person.OpenAsync("/admin"));
        await server.Get<AuditChaining>().WriteAsync(alsoOpen: true, Cancellation);
        var form = (await person.OpenAsync("/admin/audit")).FormWith("Verify the chain");
        Assert.Contains("hang together from the first to the last", (await person.SubmitAsync(form)).Text, StringComparison.Ordinal);

        await ClusterFolder.ExecuteAsync(server.ConnectionString, """ALTER TABLE "AuditEvents" DISABLE TRIGGER USER; UPDATE "AuditEvents" SET "Address" = '192.0.2.99'""");
        Assert.Contains("The audit was touched.", (await person.SubmitAsync(form)).Text, StringComparison.Ordinal);
    }
}
