using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Admin.Console;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Tests.Pages;

namespace IdentityProvider.Server.Tests.Admin.Console;

public sealed class HomeConsoleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shows_what_was_counted_and_counts_again_when_that_is_old()
    {
        await using var server = await TestServer.StartAsync();
        using var person = new Operator(server, await server.AddPersonAsync());
        await ConsoleServer.GiveAsync(server, person.Username, "operator");
        var login = await person.OpenAsync("/admin");
        await person.SubmitAsync(login, ("username", person.Username), ("password", "not it"));
        await server.Get<AuditTally>().WriteAsync(alsoOpen: true, Cancellation);
        var home = await person.SignInAsync(login);
        Assert.Contains("1 browsers signed in", home.Text, StringComparison.Ordinal);
        Assert.Contains("1 sign-ins of apps", home.Text, StringComparison.Ordinal);
        Assert.Contains("Next rotation", home.Text, StringComparison.Ordinal);
        Assert.Contains("1 signed in, 1 failed", home.Html, StringComparison.Ordinal);
        Assert.Contains("0 answers with tokens", home.Text, StringComparison.Ordinal);

        await server.Get<AuditTally>().WriteAsync(alsoOpen: true, Cancellation);
        Assert.Contains("0 answers with tokens", (await person.OpenAsync("/admin")).Text, StringComparison.Ordinal);
        server.Clock.Advance(HomeFigures.GoodFor);
        Assert.Contains("1 answers with tokens", (await person.OpenAsync("/admin")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_the_database_answers_and_what_waits()
    {
        await using var server = await TestServer.StartAsync();
        var figures = await server.Get<HomeFigures>().ReadAsync(Cancellation);
        Assert.Contains(figures.Health, finding => finding.Check == "database");
        Assert.Contains(figures.Health, finding => finding.Check == "outbox");
        Assert.Equal(0, figures.Count(AuditAction.SessionBegan));
        Assert.Equal(HomeFigures.Hours, figures.Hours.Count);
    }

    [Fact]
    public async Task Settings_in_force_are_shown_without_what_may_hold_a_secret()
    {
        await using var server = await TestServer.StartAsync();
        using var person = new Operator(server, await server.AddPersonAsync());
        await ConsoleServer.GiveAsync(server, person.Username, "auditor");
        await person.SignInAsync(await person.OpenAsync("/admin"));
        var page = await person.OpenAsync("/admin/settings");
        Assert.Contains(TestServer.Issuer, page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(server.ConnectionString, page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_timeline_has_each_key_once_and_the_present_where_it_is()
    {
        await using var server = await TestServer.StartAsync();
        var (keys, lead) = (server.Get<KeyOperations>(), TimeSpan.FromHours(24));
        var one = KeyTimeline.Of(await keys.ListAsync(Cancellation), lead, server.Clock.GetUtcNow());
        var ring = Assert.Single(one.Rings);
        Assert.Null(ring.Next!.Kid);
        Assert.Equal(ring.Lines[0].Key.RetiredAt, ring.Next.At);
        Assert.Contains(ring.Lines[0].Spans, span => span.State == "active" && span.X <= one.Now && one.Now <= span.X + span.Width);

        var coming = Assert.Single(await keys.RotateAsync(atOnce: false, Cancellation));
        var two = KeyTimeline.Of(await keys.ListAsync(Cancellation), lead, server.Clock.GetUtcNow()).Rings[0];
        Assert.Equal((coming.Kid, coming.ActiveAt), (two.Next!.Kid, two.Next.At));
        Assert.Equal(["announced", "active", "retired"], two.Lines[0].Spans.Select(span => span.State));
        Assert.All(two.Lines.SelectMany(line => line.Spans), span => Assert.InRange(span.X + span.Width, 0, 1000.2));

        await keys.RevokeAsync(coming.Kid, Cancellation);
        var three = KeyTimeline.Of(await keys.ListAsync(Cancellation), lead, server.Clock.GetUtcNow().AddDays(8));
        Assert.DoesNotContain(three.Rings.SelectMany(lines => lines.Lines), line => line.Key.Kid == coming.Kid);
    }
}
