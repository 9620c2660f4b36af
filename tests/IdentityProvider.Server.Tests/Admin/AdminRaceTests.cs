using System.Net;
using System.Text.Json.Nodes;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Admin;

/// <summary>Two who do the same at once: one wins, and the other is told.</summary>
public sealed class AdminRaceTests : IAsyncLifetime
{
    private const int Runners = 12;

    private Administrators _all = null!;
    private DocumentClient _api = null!;

    public async ValueTask InitializeAsync()
    {
        _all = await Administrators.StartAsync();
        _api = await _all.ByDocumentAsync(await _all.TokenAsync());
    }

    public ValueTask DisposeAsync() => _all.DisposeAsync();

    [Fact]
    public async Task Of_those_who_replace_the_same_version_exactly_one_does()
    {
        await _api.DoneAsync("createClient", body: """{"client_id":"web","redirect_uris":["https://web.example/cb"]}""");
        var read = await _api.CallAsync("getClient", new() { ["client_id"] = "web" });
        var answers = await Task.WhenAll(Enumerable.Range(0, Runners).Select(i =>
        {
            var mine = JsonNode.Parse(read.Text)!;
            mine["client_name"] = $"Web {i}";
            return _api.CallAsync("replaceClient", new() { ["client_id"] = "web", ["If-Match"] = read.Message.Headers.ETag!.ToString() }, mine.ToJsonString());
        }));
        var winner = Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(Runners - 1, answers.Count(answer => answer.Status == HttpStatusCode.PreconditionFailed));
        Assert.Equal(winner["client_name"], (await _api.DoneAsync("getClient", new() { ["client_id"] = "web" })).GetProperty("client_name").GetString());
    }

    [Fact]
    public async Task Of_those_who_change_the_same_account_exactly_one_does()
    {
        var made = await _api.CallAsync("createUser", body: """{"username":"bob","password":"violet-otter-piano-7"}""");
        var answers = await Task.WhenAll(Enumerable.Range(0, Runners).Select(i => _api.CallAsync(
            "changeUser", new() { ["sub"] = made["sub"]!, ["If-Match"] = made.Message.Headers.ETag!.ToString() }, $$$"""{"claims":{"nickname":"B{{{i}}}"}}""")));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(Runners - 1, answers.Count(answer => answer.Status == HttpStatusCode.PreconditionFailed));
    }

    [Fact]
    public async Task With_one_key_one_thing_is_made_and_its_answer_is_told_again_with_the_secret()
    {
        const string body = """{"client_name":"Once","redirect_uris":["https://web.example/cb"]}""";
        var answers = await Task.WhenAll(Enumerable.Range(0, Runners).Select(_ => _api.CallAsync("createClient", new() { ["Idempotency-Key"] = "k1" }, body)));
        Assert.All(answers, answer => Assert.Contains(answer.Status, new[] { HttpStatusCode.Created, HttpStatusCode.Conflict }));
        var again = await _api.CallAsync("createClient", new() { ["Idempotency-Key"] = "k1" }, body);
        Assert.Equal((HttpStatusCode.Created, "true"), (again.Status, again.Header("Idempotency-Replayed")));
        Assert.All(answers.Where(answer => answer.Status == HttpStatusCode.Created), answer => Assert.Equal(again.Text, answer.Text));
        Assert.Equal(again.Message.Headers.Location, Assert.Single(answers.Select(answer => answer.Message.Headers.Location).OfType<Uri>().Distinct()));
        Assert.Single(await _all.Server.Get<Clients>().ListAsync(null, 100, TestContext.Current.CancellationToken), client => client.ClientName == "Once");

        Assert.Equal("/Idempotency-Key", (await _api.CallAsync("createClient", new() { ["Idempotency-Key"] = "k1" }, "{}")).Json.GetProperty("errors")[0].GetProperty("pointer").GetString());
        var another = _api.With(await _all.TokenOfAliceAsAdminAsync());
        Assert.NotEqual(again["client_id"], (await another.CallAsync("createClient", new() { ["Idempotency-Key"] = "k1" }, body))["client_id"]);
    }

    [Fact]
    public async Task A_key_is_free_again_where_nothing_was_done_and_after_a_day()
    {
        var key = new Dictionary<string, string> { ["Idempotency-Key"] = "k2" };
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _api.CallAsync("createClient", key, "{}")).Status);
        const string body = """{"redirect_uris":["https://web.example/cb"]}""";
        var first = await _api.CallAsync("createClient", key, body);
        Assert.Equal(HttpStatusCode.Created, first.Status);
        _all.Server.Clock.Advance(TimeSpan.FromHours(25));
        var later = _api.With(await _all.TokenAsync());
        Assert.NotEqual(first["client_id"], (await later.CallAsync("createClient", key, body))["client_id"]);
    }

    [Fact]
    public async Task No_answer_that_is_kept_can_be_read_in_the_database()
    {
        var made = await _api.CallAsync("createClient", new() { ["Idempotency-Key"] = "k3" }, """{"redirect_uris":["https://web.example/cb"]}""");
        var kept = await _all.Server.Get<IdempotentRequests>().BeginAsync(new byte[32], new byte[32], Guid.Empty, _all.Server.Clock.GetUtcNow(), TestContext.Current.CancellationToken);
        Assert.Null(kept);
        var dump = await DatabaseText.OfAsync(_all.Server.ConnectionString, "IdempotentRequests");
        Assert.DoesNotContain(Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(made["client_secret"]!)), dump, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexStringLower("k3"u8) + "22", dump, StringComparison.Ordinal);
    }
}
