using System.Net;
using IdentityProvider.Server.Tests.Audit;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Server.Tests.SharedSignals;

namespace IdentityProvider.Server.Tests.Admin.Console;

/// <summary>Streams of security events in the console.</summary>
public sealed class SignalConsoleTests
{
    [Fact]
    public async Task Streams_are_seen_without_their_secrets_and_one_is_ended()
    {
        await using var receiver = await Receiver.StartAsync();
        var (pushed, fetched) = (await receiver.CreateAsync(new Uri("https://receiver.example/events"), "Bearer s3cret"), await receiver.CreateAsync());
        await receiver.DoneAsync(HttpMethod.Post, "/ssf/verification", $$"""{"stream_id":"{{fetched}}"}""");
        using var person = new Operator(receiver.Server, await receiver.Server.AddPersonAsync());
        await ConsoleServer.GiveAsync(receiver.Server, person.Username, "operator");
        await person.SignInAsync(await person.OpenAsync("/admin"));

        var list = await person.OpenAsync("/admin/signals");
        foreach (var stream in new[] { pushed, fetched })
            Assert.Contains($"href=\"/admin/signals/{stream}\"", list.Html, StringComparison.Ordinal);
        Assert.Contains("This client has none.", (await person.OpenAsync("/admin/signals?client_id=nobody")).Text, StringComparison.Ordinal);
        var shown = await person.OpenAsync("/admin/signals/" + pushed);
        Assert.Contains("https://receiver.example/events", shown.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", shown.Html, StringComparison.Ordinal);

        var asked = await person.OpenAsync($"/admin/signals/{fetched}/delete");
        Assert.Contains("That affects 1 event that waits.", asked.Text, StringComparison.Ordinal);
        var ended = await person.SubmitAsync(asked);
        Assert.Contains($"A stream of {receiver.ClientId} has ended.", ended.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await person.OpenAsync("/admin/signals/" + fetched)).Status);
        Assert.Contains(await receiver.Server.AuditAsync(), line => line.Action == "signal_stream.deleted" && line.Actor.ClientId == "idp-console");
    }
}
