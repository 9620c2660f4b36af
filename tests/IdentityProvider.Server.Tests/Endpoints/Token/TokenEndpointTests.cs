using System.Net;
using System.Text;
using System.Threading.RateLimiting;
using IdentityProvider.Protocol;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Http;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace IdentityProvider.Server.Tests.Endpoints.Token;

public sealed class TokenEndpointTests : IAsyncLifetime
{
    private static readonly (string, string)[] Own = [("grant_type", "client_credentials"), ("scope", "notes.read")];

    private SignedIn _signedIn = null!;

    public async ValueTask InitializeAsync() => _signedIn = await SignedIn.StartAsync();

    public ValueTask DisposeAsync() => _signedIn.DisposeAsync();

    [Fact]
    public async Task A_client_on_its_own_behalf_gets_an_access_token_and_no_more()
    {
        var answer = await _signedIn.PostAsync("/token", SignedIn.Machine, Own);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(["access_token", "token_type", "expires_in", "scope"], answer.Json.EnumerateObject().Select(member => member.Name));
        var seen = await _signedIn.IntrospectAsync(SignedIn.Api, answer.AccessToken);
        Assert.Equal(("machine", "machine", SignedIn.NotesApi), (seen["sub"], seen["client_id"], seen["aud"]));
    }

    [Fact]
    public async Task Once_warm_client_credentials_need_no_database()
    {
        // What was registered just now is news to the watch, which then drops what is warm: it has no part in this, and nobody wakes it.
        foreach (var work in _signedIn.Server.Get<IEnumerable<IHostedService>>().Where(work => work is TopicWatch or TopicListening))
            await work.StopAsync(SignedIn.Cancellation);
        Assert.Equal(HttpStatusCode.OK, (await _signedIn.PostAsync("/token", SignedIn.Machine, Own)).Status);
        await TakeDatabaseAwayAsync();

        Assert.Equal(HttpStatusCode.OK, (await _signedIn.PostAsync("/token", SignedIn.Machine, Own)).Status);
        Assert.Equal(HttpStatusCode.InternalServerError, (await _signedIn.RefreshAsync(SignedIn.App, new string('A', 71))).Status);
    }

    [Fact]
    public async Task Whoever_finds_no_room_is_told_when_to_come_again()
    {
        var places = new List<RateLimitLease>();
        while (places.Count == 0 || places[^1].IsAcquired)
            places.Add(_signedIn.Server.Get<Admission>().Enter());

        var answer = await _signedIn.PostAsync("/token", SignedIn.Machine, Own);
        Assert.Equal(((HttpStatusCode)Refusals.Of(Refusal.TooManyRequestsAtOnce).Status, "temporarily_unavailable", Admission.RetryAfter), (answer.Status, answer.Error, answer.Header("Retry-After")));
        Assert.Equal(HttpStatusCode.Unauthorized, (await _signedIn.SendAsync(Request([.. Own, ("client_id", "nobody"), ("client_secret", "x")]))).Status);

        places.ForEach(place => place.Dispose());
        Assert.Equal(HttpStatusCode.OK, (await _signedIn.PostAsync("/token", SignedIn.Machine, Own)).Status);
    }

    [Fact]
    public async Task A_client_that_fails_in_the_header_is_asked_for_Basic()
    {
        var request = Request(Own);
        request.Headers.Authorization = SignedIn.Basic("app", "wrong");

        var answer = await _signedIn.SendAsync(request);

        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (answer.Status, answer.Error));
        Assert.StartsWith("Basic ", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.Equal("no-store", answer.Header("Cache-Control"));
    }

    [Fact]
    public async Task An_unknown_client_and_a_wrong_secret_get_the_same_bytes()
    {
        var unknown = Request(Own);
        unknown.Headers.Authorization = SignedIn.Basic("nobody", SignedIn.Secret);
        var wrong = Request(Own);
        wrong.Headers.Authorization = SignedIn.Basic("app", "wrong");

        Assert.Equal((await _signedIn.SendAsync(unknown)).Text, (await _signedIn.SendAsync(wrong)).Text);
    }

    [Fact]
    public async Task An_unknown_a_spent_and_anothers_code_get_the_same_bytes()
    {
        var spent = await _signedIn.CodeAsync(SignedIn.App);
        await _signedIn.ExchangeAsync(SignedIn.App, spent);
        var anothers = await _signedIn.CodeAsync(SignedIn.Spa);
        var texts = new List<string>();
        foreach (var code in new[] { "unknown", spent, anothers })
            texts.Add((await _signedIn.ExchangeAsync(SignedIn.App, code)).Text);
        Assert.Single(texts.Distinct());
    }

    [Theory]
    [InlineData("", "invalid_request")]
    [InlineData("password", "unsupported_grant_type")]
    [InlineData("refresh_token", "unauthorized_client")]
    public async Task Each_mistake_has_its_error(string grantType, string error)
    {
        var answer = await _signedIn.PostAsync("/token", SignedIn.Machine, ("grant_type", grantType));
        Assert.Equal((HttpStatusCode.BadRequest, error), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task Parameters_come_in_a_form_of_a_POST_and_nowhere_else()
    {
        var inQuery = new HttpRequestMessage(HttpMethod.Post, "/token?grant_type=client_credentials") { Content = Request(Own).Content };
        Assert.Equal("invalid_request", (await _signedIn.SendAsync(inQuery)).Error);

        var json = new HttpRequestMessage(HttpMethod.Post, "/token") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await _signedIn.SendAsync(json)).Status);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await _signedIn.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/token"))).Status);
    }

    [Theory]
    [InlineData("https://app.example", true)]
    [InlineData("https://app.example:8443", false)]
    [InlineData("https://evil.example", false)]
    public async Task Browser_code_reads_the_answer_only_at_an_origin_that_the_client_registered(string origin, bool isAllowed)
    {
        var request = Request([.. Own, ("client_id", "machine"), ("client_secret", SignedIn.Secret)]);
        request.Headers.Add("Origin", origin);

        var answer = await _signedIn.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(isAllowed ? origin : "", answer.Header("Access-Control-Allow-Origin"));
        Assert.Contains("Origin", answer.Header("Vary"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preflight_is_answered()
    {
        foreach (var path in new[] { "/token", "/userinfo", "/revoke" })
        {
            var request = new HttpRequestMessage(HttpMethod.Options, path);
            request.Headers.Add("Origin", "https://app.example");
            request.Headers.Add("Access-Control-Request-Method", "POST");

            var answer = await _signedIn.SendAsync(request);

            Assert.Equal(HttpStatusCode.NoContent, answer.Status);
            Assert.Contains("POST", answer.Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
            Assert.Contains("Authorization", answer.Header("Access-Control-Allow-Headers"), StringComparison.Ordinal);
        }
    }

    private static HttpRequestMessage Request((string Name, string Value)[] form) =>
        new(HttpMethod.Post, "/token") { Content = new FormUrlEncodedContent(form.ToDictionary(field => field.Name, field => field.Value)) };

    private async Task TakeDatabaseAwayAsync()
    {
        var database = new NpgsqlConnectionStringBuilder(_signedIn.Server.ConnectionString);
        var name = database.Database;
        database.Database = "postgres";
        await using var admin = NpgsqlDataSource.Create(database.ConnectionString);
        foreach (var sql in new[]
        {
            $"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
            $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
        })
        {
            await using var command = admin.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(SignedIn.Cancellation);
        }
    }
}
