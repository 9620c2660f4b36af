using System.Net;
using System.Text.Json;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Server.Tests.Audit;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.SharedSignals;

/// <summary>SSF 1.0 §7 and §8 over HTTP: what a receiver finds, makes, reads, changes and deletes, and that it is in the audit.</summary>
public sealed class StreamManagementTests : IAsyncLifetime
{
    private const string Revoked = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";

    private Receiver _receiver = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _receiver = await Receiver.StartAsync();

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public async Task What_a_receiver_must_know_is_published()
    {
        var metadata = JsonElement.Parse(await _receiver.Server.Http.GetStringAsync("/.well-known/ssf-configuration", Cancellation));
        Assert.Equal((TestServer.Issuer, "1_0"), (metadata.GetProperty("issuer").GetString(), metadata.GetProperty("spec_version").GetString()));
        Assert.Equal(TestServer.Issuer + "/ssf/streams", metadata.GetProperty("configuration_endpoint").GetString());
        var resource = JsonElement.Parse(await _receiver.Server.Http.GetStringAsync("/.well-known/oauth-protected-resource/ssf", Cancellation));
        Assert.Equal([SharedSignalsApi.Manage, SharedSignalsApi.Read], resource.GetProperty("scopes_supported").EnumerateArray().Select(scope => scope.GetString()).Order());
    }

    [Fact]
    public async Task Of_an_issuer_with_a_path_it_stands_below_that_path_and_behind_the_hosts_names()
    {
        await using var server = await TestServer.StartAsync(change: settings => settings with { Issuer = "http://localhost:8080/idp" });
        foreach (var path in new[] { "/.well-known/ssf-configuration/idp", "/idp/.well-known/ssf-configuration" })
            Assert.Contains("\"configuration_endpoint\":\"http://localhost:8080/idp/ssf/streams\"", await server.Http.GetStringAsync(path, Cancellation), StringComparison.Ordinal);
        Assert.Contains("\"resource\":\"http://localhost:8080/idp/ssf\"", await server.Http.GetStringAsync("/.well-known/oauth-protected-resource/idp/ssf", Cancellation), StringComparison.Ordinal);
        using var answer = await server.Http.GetAsync("/idp/ssf/streams", Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task A_stream_is_made_read_changed_replaced_and_deleted()
    {
        Assert.Equal("[]", (await _receiver.DoneAsync(HttpMethod.Get, "/ssf/streams")).Text);
        var made = await _receiver.SendAsync(
            HttpMethod.Post, "/ssf/streams",
            $$"""{"delivery":{"method":"urn:ietf:rfc:8935","endpoint_url":"https://receiver.example/events","authorization_header":"Bearer s3cret"},"events_requested":["{{Revoked}}","https://other.example/x"],"description":"Ours"}""");
        Assert.Equal((HttpStatusCode.Created, "no-store"), (made.Status, made.Header("Cache-Control")));
        var id = made["stream_id"]!;
        Assert.Equal((TestServer.Issuer, "receiver", "Ours"), (made["iss"], made["aud"], made["description"]));
        Assert.Equal($"[\"{Revoked}\"]", made["events_delivered"]);
        Assert.Equal("""{"method":"urn:ietf:rfc:8935","endpoint_url":"https://receiver.example/events"}""", made["delivery"]);
        Assert.Equal(made.Text, (await _receiver.DoneAsync(HttpMethod.Get, "/ssf/streams?stream_id=" + id)).Text);
        Assert.Equal($"[{made.Text}]", (await _receiver.DoneAsync(HttpMethod.Get, "/ssf/streams")).Text);

        var changed = await _receiver.DoneAsync(HttpMethod.Patch, "/ssf/streams", $$"""{"stream_id":"{{id}}","description":"Theirs"}""");
        Assert.Equal(("Theirs", made["delivery"], made["events_requested"]), (changed["description"], changed["delivery"], changed["events_requested"]));
        Assert.NotNull(await _receiver.Server.Get<SignalStreams>().FindAuthorizationAsync(Guid.Parse(id), Cancellation));

        var replaced = await _receiver.DoneAsync(HttpMethod.Put, "/ssf/streams", $$"""{"stream_id":"{{id}}","delivery":{"method":"urn:ietf:rfc:8936"} }""");
        Assert.Equal((null, "[]", $$"""{"method":"urn:ietf:rfc:8936","endpoint_url":"{{TestServer.Issuer}}/ssf/poll/{{id}}"}"""), (replaced["description"], replaced["events_delivered"], replaced["delivery"]));
        Assert.Null(await _receiver.Server.Get<SignalStreams>().FindAuthorizationAsync(Guid.Parse(id), Cancellation));

        Assert.Equal(HttpStatusCode.NoContent, (await _receiver.SendAsync(HttpMethod.Delete, "/ssf/streams?stream_id=" + id)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _receiver.SendAsync(HttpMethod.Delete, "/ssf/streams?stream_id=" + id)).Status);
        Assert.Equal("[]", (await _receiver.DoneAsync(HttpMethod.Get, "/ssf/streams")).Text);
        var lines = (await _receiver.Server.AuditAsync()).Where(line => line.Action.StartsWith("signal_stream.", StringComparison.Ordinal)).ToList();
        Assert.Equal(["signal_stream.changed", "signal_stream.changed", "signal_stream.created", "signal_stream.deleted"], lines.Select(line => line.Action).Order(StringComparer.Ordinal));
        Assert.All(lines, line => Assert.Equal(("receiver", id), (line.Actor.Name, line.Target.Id)));
        Assert.DoesNotContain(lines, line => $"{line.Before}{line.After}{line.Detail}".Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_status_is_read_and_changed()
    {
        var id = await _receiver.CreateAsync();
        Assert.Equal($$"""{"stream_id":"{{id}}","status":"enabled"}""", (await _receiver.DoneAsync(HttpMethod.Get, "/ssf/status?stream_id=" + id)).Text);
        var paused = $$"""{"stream_id":"{{id}}","status":"paused","reason":"Moving"}""";
        Assert.Equal(paused, (await _receiver.DoneAsync(HttpMethod.Post, "/ssf/status", paused)).Text);
        Assert.Equal(paused, (await _receiver.DoneAsync(HttpMethod.Get, "/ssf/status?stream_id=" + id)).Text);
    }

    [Theory]
    [InlineData("POST", "/ssf/streams", """{"delivery":{"method":"push"}}""", 400)]
    [InlineData("POST", "/ssf/streams", "{", 400)]
    [InlineData("PATCH", "/ssf/streams", "{}", 404)]
    [InlineData("PUT", "/ssf/streams", """{"stream_id":"00000000000000000000000000000000","delivery":{"method":"urn:ietf:rfc:8936"}}""", 404)]
    [InlineData("DELETE", "/ssf/streams", null, 400)]
    [InlineData("GET", "/ssf/streams?stream_id=x", null, 404)]
    [InlineData("GET", "/ssf/status", null, 400)]
    [InlineData("GET", "/ssf/status?stream_id=00000000000000000000000000000000", null, 404)]
    [InlineData("POST", "/ssf/status", """{"stream_id":"x","status":"stopped"}""", 400)]
    [InlineData("POST", "/ssf/subjects/add", """{"stream_id":"x","subject":{"format":"email","email":"a@b.example"}}""", 400)]
    [InlineData("POST", "/ssf/subjects/remove", """{"stream_id":"x","subject":{"format":"iss_sub","iss":"http://localhost:8080","sub":"a"}}""", 404)]
    [InlineData("POST", "/ssf/verification", """{"stream_id":"x"}""", 404)]
    [InlineData("POST", "/ssf/poll/x", "{}", 404)]
    public async Task What_is_wrong_is_told_as_a_problem(string method, string path, string? body, int status)
    {
        var answer = await _receiver.SendAsync(new HttpMethod(method), path, body);
        Assert.Equal((status, "application/problem+json"), ((int)answer.Status, answer.Message.Content.Headers.ContentType!.MediaType));
    }

    [Fact]
    public async Task A_client_has_a_few_streams_and_no_more()
    {
        for (var i = 0; i < SignalStream.MostPerClient; i++)
            await _receiver.CreateAsync();
        Assert.Equal(HttpStatusCode.Conflict, (await _receiver.SendAsync(HttpMethod.Post, "/ssf/streams", "{}")).Status);
    }

    [Fact]
    public async Task Of_changes_at_once_none_is_lost()
    {
        var id = await _receiver.CreateAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => _receiver.SendAsync(HttpMethod.Patch, "/ssf/streams", $$"""{"stream_id":"{{id}}","description":"{{i}}"}""")));
        Assert.All(answers, answer => Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Conflict));
        var stream = (await _receiver.Server.Get<SignalStreams>().FindAsync(Guid.Parse(id), Cancellation))!;
        Assert.Equal(answers.Count(answer => answer.Status == HttpStatusCode.OK), stream.Version);
    }
}
