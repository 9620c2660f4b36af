using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace IdentityProvider.Server.Tests.Endpoints.Cost;

/// <summary>
/// How often each endpoint goes to the database, exactly, and what that leaves there. A round more is a millisecond more for everybody, on every machine: whoever
/// adds one says so here.
/// </summary>
public sealed class StatementTests : IAsyncLifetime
{
    private const string CookieSecret = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";

    private const int Tries = 5;

    private SignedIn _signedIn = null!;

    private TestServer Server => _signedIn.Server;

    public async ValueTask InitializeAsync()
    {
        _signedIn = await SignedIn.StartAsync();
        await Server.Get<TopicWatch>().LookAsync(SignedIn.Cancellation);
    }

    public ValueTask DisposeAsync() => _signedIn.DisposeAsync();

    [Theory]
    [InlineData("/.well-known/jwks.json")]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/health/live")]
    public async Task What_everybody_reads_asks_the_database_nothing(string path)
    {
        var least = int.MaxValue;
        for (var i = 0; i < Tries; i++)
            least = Math.Min(least, await CountAsync(() => GetAsync(path)));
        Assert.Equal(0, least);
    }

    // Round trips, and those of them that write; of a node that is warm. What goes together with other requests' is one all the same.
    [Fact]
    public async Task Each_endpoint_goes_to_the_database_so_often()
    {
        Assert.True(await Server.Get<Clients>().AddAsync(Trusted, SignedIn.Cancellation));
        await Server.Get<TopicWatch>().LookAsync(SignedIn.Cancellation);
        var now = Server.Clock.GetUtcNow();
        var session = new Session { SessionId = Guid.Parse("33333333-3333-4333-8333-333333333333"), UserId = _signedIn.UserId, AuthTime = now, Amr = ["pwd"], LastUsedAt = now, ExpiresAt = now + TimeSpan.FromDays(1) };
        await Server.Get<Sessions>().AddAsync(session, SHA256.HashData(Encoding.ASCII.GetBytes(CookieSecret)), SignedIn.Cancellation);
        var tokens = await _signedIn.TokensAsync(SignedIn.App, "openid profile notes.read");
        await _signedIn.RefreshAsync(SignedIn.App, tokens.RefreshToken);
        await AuthorizeAsync();
        await CredentialsAsync();
        await _signedIn.UserInfoAsync(tokens.AccessToken);
        await _signedIn.IntrospectAsync(SignedIn.Api, tokens.AccessToken);
        var codes = new Stack<string>();
        for (var i = 0; i < Tries; i++)
            codes.Push(await _signedIn.CodeAsync(SignedIn.App, "openid notes.read"));

        Answer refreshed = null!;
        var costs = new List<string>
        {
            await CostAsync("/authorize with a session", HttpStatusCode.SeeOther, AuthorizeAsync),
            await CostAsync("code exchange", HttpStatusCode.OK, async () => refreshed = await _signedIn.ExchangeAsync(SignedIn.App, codes.Pop())),
            await CostAsync("refresh", HttpStatusCode.OK, async () => refreshed = await _signedIn.RefreshAsync(SignedIn.App, refreshed.RefreshToken)),
            await CostAsync("client_credentials", HttpStatusCode.OK, CredentialsAsync),
            await CostAsync("UserInfo", HttpStatusCode.OK, () => _signedIn.UserInfoAsync(tokens.AccessToken)),
            await CostAsync("introspection", HttpStatusCode.OK, () => _signedIn.IntrospectAsync(SignedIn.Api, refreshed.AccessToken)),
        };

        Assert.Equal(
            """
            /authorize with a session: 4, 1 writes
            code exchange: 2, 1 writes
            refresh: 2, 1 writes
            client_credentials: 0, 0 writes
            UserInfo: 4, 0 writes
            introspection: 4, 0 writes
            """,
            string.Join(Environment.NewLine, costs));
    }

    private Task<Answer> CredentialsAsync() => _signedIn.PostAsync("/token", SignedIn.Machine, ("grant_type", "client_credentials"), ("scope", "notes.read"));

    private static Client Trusted => SignedIn.App with { ClientId = "trusted", RequireConsent = false };

    // The least of a few: what a node does by itself, such as its first look at what is waiting, may come in between.
    private async Task<string> CostAsync(string name, HttpStatusCode expected, Func<Task<Answer>> request)
    {
        var least = (Count: int.MaxValue, Writes: int.MaxValue);
        for (var i = 0; i < Tries; i++)
        {
            using var statements = new StatementsOfDatabase(Server.ConnectionString);
            var answer = await request();
            Assert.True(answer.Status == expected, $"{name}: {answer.Status} {answer.Text} {answer.Message.Headers.Location}");
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}:\n{statements.Texts}\n");
            least = (Math.Min(least.Count, statements.Count), Math.Min(least.Writes, statements.Writes));
        }

        return $"{name}: {least.Count}, {least.Writes} writes";
    }

    private async Task<Answer> AuthorizeAsync()
    {
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Server.Address };
        var query = $"client_id={Trusted.ClientId}&redirect_uri={Uri.EscapeDataString(SignedIn.RedirectUri)}&response_type=code&scope=openid+notes.read&state=s&code_challenge={SignedIn.CodeChallenge}&code_challenge_method=S256";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/authorize?{query}");
        request.Headers.Add("Cookie", $"idp-session={CookieSecret}");
        var answer = await browser.SendAsync(request, SignedIn.Cancellation);
        return new Answer(answer.StatusCode, answer, await answer.Content.ReadAsStringAsync(SignedIn.Cancellation));
    }

    [Fact]
    public async Task A_thousand_refreshes_are_one_row()
    {
        var answer = await RefreshAsync(await _signedIn.TokensAsync(SignedIn.App), times: 1);
        var rows = await RowsAsync();

        await RefreshAsync(answer, times: 1000);

        Assert.Equal(1, await ScalarAsync("""SELECT count(*) FROM "TokenFamilies" """));
        Assert.Equal(rows, await RowsAsync());
    }

    /// <summary>A plan is kept, and one that reads whole tables while they are small does so when they are large.</summary>
    [Fact]
    public async Task Rows_are_found_by_their_keys_whatever_the_database_last_knew_of_its_tables()
    {
        const int Times = 100;
        await ScalarAsync("""
            ALTER TABLE "TokenFamilies" SET (autovacuum_enabled = false);
            ALTER TABLE "AuthorizationCodes" SET (autovacuum_enabled = false);
            ALTER TABLE "Sessions" SET (autovacuum_enabled = false);
            SELECT 1
            """);
        for (var i = 0; i < Times; i++)
            await RefreshAsync(await _signedIn.TokensAsync(SignedIn.App), times: 1);

        // A connection tells what it counted a while later, and at its end. The first plans of each are made for that one use.
        await using (var db = await Server.Get<IDbContextFactory<IdpDb>>().CreateDbContextAsync(SignedIn.Cancellation))
            NpgsqlConnection.ClearPool((NpgsqlConnection)db.Database.GetDbConnection());
        await Eventually.TrueAsync(async () => await ScansAsync("seq_scan + idx_scan") >= Times * 5, "the connections told what they counted");
        Assert.InRange(await ScansAsync("seq_scan"), 0, Times / 4);

        Task<long> ScansAsync(string what) => ScalarAsync(
            $"SELECT coalesce(sum({what}), 0)::bigint FROM pg_stat_user_tables WHERE relname IN ('TokenFamilies', 'AuthorizationCodes', 'Sessions')");
    }

    private async Task<Answer> RefreshAsync(Answer answer, int times)
    {
        for (var i = 0; i < times; i++)
        {
            answer = await _signedIn.RefreshAsync(SignedIn.App, answer.RefreshToken);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
        }

        return answer;
    }

    private Task<Answer> GetAsync(string path) => _signedIn.SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    private async Task<int> CountAsync(Func<Task> request)
    {
        using var statements = new StatementsOfDatabase(Server.ConnectionString);
        await request();
        return statements.Count;
    }

    // Of all tables, for a row for each use would be in one of them; but for the blocks of places in status lists, one for hundreds of tokens.
    private Task<long> RowsAsync() => ScalarAsync("""
        SELECT sum((xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I.%I', schemaname, tablename), false, true, '')))[1]::text::bigint)::bigint
        FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'StatusBlocks'
        """);

    private async Task<long> ScalarAsync(string sql)
    {
        await using var db = await Server.Get<IDbContextFactory<IdpDb>>().CreateDbContextAsync(SignedIn.Cancellation);
        var connection = db.Database.GetDbConnection();
        await connection.OpenAsync(SignedIn.Cancellation);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // every text is this file's
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToInt64(await command.ExecuteScalarAsync(SignedIn.Cancellation), CultureInfo.InvariantCulture);
    }
}
