using System.Net;
using System.Text;
using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Tests.Http;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Http;

namespace IdentityProvider.Server.Tests.Endpoints.Registration;

/// <summary><c>POST /register</c> over HTTP (RFC 7591 §3): who may, what comes back, and what is kept of it.</summary>
public sealed class RegistrationEndpointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_with_an_initial_access_token_registers_and_can_sign_people_in()
    {
        await using var server = await TestServer.StartAsync();
        var (token, policy) = await server.PolicyAsync();

        var answer = await server.RegisterAsync(token);

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.True(answer.Message.Headers.CacheControl!.NoStore);
        Assert.Equal(43, answer["client_secret"]!.Length);
        Assert.Equal("0", answer["client_secret_expires_at"]);
        Assert.Equal(server.Clock.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), answer["client_id_issued_at"]);
        Assert.Equal($"{TestServer.Issuer}/register/{answer["client_id"]}", answer["registration_client_uri"]);
        Assert.Equal("openid offline_access notes.read", answer["scope"]);
        Assert.Equal("client_secret_basic", answer["token_endpoint_auth_method"]);

        var client = await server.Get<Registry>().FindClientAsync(answer["client_id"]!, Cancellation);
        Assert.Equal(policy.PolicyId, client!.RegisteredBy);
        Assert.True(client.RequireConsent && client.RequirePkce && client.IsSelfRegistered);
    }

    [Fact]
    public async Task Neither_token_nor_secret_is_readable_at_rest()
    {
        await using var server = await TestServer.StartAsync();
        var (token, _) = await server.PolicyAsync();
        var answer = await server.RegisterAsync(token);

        await using var connection = new Npgsql.NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new Npgsql.NpgsqlCommand("""SELECT (SELECT string_agg(c::text, '') FROM "Clients" c) || (SELECT string_agg(s::text, '') FROM "ClientSecrets" s) || (SELECT string_agg(p::text, '') FROM "RegistrationPolicies" p)""", connection);
        var rows = (string)(await command.ExecuteScalarAsync(Cancellation))!;
        foreach (var secret in new[] { token, answer["client_secret"]!, answer["registration_access_token"]! })
        {
            Assert.DoesNotContain(secret, rows, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(secret)), rows, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_a_token_or_with_another_nobody_registers_and_all_wrong_ones_look_alike()
    {
        await using var server = await TestServer.StartAsync();
        var (revoked, policy) = await server.PolicyAsync();
        await server.Get<RegistrationPolicies>().RevokeAsync(policy.PolicyId, server.Clock.GetUtcNow(), Cancellation);
        var (expired, _) = await server.PolicyAsync(p => p with { ExpiresAt = server.Clock.GetUtcNow() });

        var missing = await server.RegisterAsync(null);
        Assert.Equal((HttpStatusCode.Unauthorized, "Bearer realm=\"idp\""), (missing.Status, missing.Header("WWW-Authenticate")));
        var wrong = await server.RegisterAsync("unknown");
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_token"), (wrong.Status, wrong.Error));
        foreach (var token in new[] { revoked, expired })
            Assert.Equal((wrong.Status, wrong.Text), await server.RegisterAsync(token) is var answer ? (answer.Status, answer.Text) : default);
    }

    [Fact]
    public async Task The_quota_holds_against_many_at_once_and_is_freed_by_who_leaves()
    {
        await using var server = await TestServer.StartAsync();
        var (token, policy) = await server.PolicyAsync(p => p with { MaxClients = 3 });

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => server.RegisterAsync(token)));

        Assert.Equal(3, answers.Count(a => a.Status == HttpStatusCode.Created));
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.Created), a => Assert.Equal((HttpStatusCode.Forbidden, Refusals.Of(Refusal.RegistrationQuotaSpent).Error), (a.Status, a.Error)));
        Assert.Equal(3, (await server.Get<RegistrationPolicies>().FindAsync(policy.PolicyId, Cancellation))!.ClientCount);

        var one = answers.First(a => a.Status == HttpStatusCode.Created);
        var gone = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => server.AskAsync(HttpMethod.Delete, Registering.PathOf(one), one["registration_access_token"])));
        Assert.Contains(gone, g => g.Status == HttpStatusCode.NoContent);
        Assert.Equal(2, (await server.Get<RegistrationPolicies>().FindAsync(policy.PolicyId, Cancellation))!.ClientCount);
        Assert.Equal(HttpStatusCode.Created, (await server.RegisterAsync(token)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.RegisterAsync(token)).Status);
    }

    [Theory]
    [InlineData("""{"redirect_uris":["https://app.example/cb#f"]}""", "invalid_redirect_uri")]
    [InlineData("""{"redirect_uris":["http://app.example/cb"]}""", "invalid_redirect_uri")]
    [InlineData("""{"redirect_uris":["javascript:alert(1)"]}""", "invalid_redirect_uri")]
    [InlineData("{}", "invalid_redirect_uri")]
    [InlineData("""{"redirect_uris":["https://app.example/cb"],"scope":"openid notes.write"}""", "invalid_client_metadata")]
    [InlineData("""{"redirect_uris":["https://app.example/cb"],"grant_types":["client_credentials"]}""", "invalid_client_metadata")]
    [InlineData("""{"redirect_uris":["https://app.example/cb"],"response_types":["token"]}""", "invalid_client_metadata")]
    [InlineData("""{"redirect_uris":["https://app.example/cb"],"resources":["https://other.example"]}""", "invalid_client_metadata")]
    [InlineData("""{"redirect_uris":["https://app.example/cb"],"logo_uri":"javascript:alert(1)"}""", "invalid_client_metadata")]
    [InlineData("""{"redirect_uris":["https://app.example/cb"],"client_name":"a\u202Eb"}""", "invalid_client_metadata")]
    [InlineData("[1]", "invalid_client_metadata")]
    [InlineData("nonsense", "invalid_client_metadata")]
    public async Task What_is_wrong_has_the_error_of_the_RFC(string metadata, string error)
    {
        await using var server = await TestServer.StartAsync();
        var (token, policy) = await server.PolicyAsync();

        var answer = await server.RegisterAsync(token, metadata);

        Assert.Equal((HttpStatusCode.BadRequest, error), (answer.Status, answer.Error));
        Assert.All(answer["error_description"]!, c => Assert.InRange(c, ' ', '~'));
        Assert.Equal(0, (await server.Get<RegistrationPolicies>().FindAsync(policy.PolicyId, Cancellation))!.ClientCount);
    }

    [Fact]
    public async Task The_body_is_bounded_JSON()
    {
        await using var server = await TestServer.StartAsync();
        var (token, _) = await server.PolicyAsync();

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await server.RegisterAsync(token, $$"""{"client_name":"{{new string('a', 70_000)}}"}""")).Status);

        using var form = new HttpRequestMessage(HttpMethod.Post, "/register") { Content = new FormUrlEncodedContent([new("client_name", "a")]) };
        form.Headers.Authorization = new("Bearer", token);
        using var answer = await server.Http.SendAsync(form, Cancellation);
        Assert.Equal((HttpStatusCode)Refusals.Of(Refusal.ContentTypeNotJson).Status, answer.StatusCode);
    }

    [Fact]
    public async Task Open_registration_needs_no_token_and_gives_no_API_until_an_operator_says_so()
    {
        await using var server = await TestServer.StartAsync(change: s => s with { Registration = s.Registration with { Mode = RegistrationMode.Open } });

        var answer = await server.RegisterAsync(null);
        Assert.Equal((HttpStatusCode.Created, "openid profile email offline_access"), (answer.Status, answer["scope"]));

        await server.Get<Resources>().AddAsync(Registering.Notes, Cancellation);
        await server.Get<RegistrationPolicies>().PutAsync(RegistrationPolicy.Open with { Scope = ScopeSet.Of(["notes.read"]), Resources = [Registering.Notes.Identifier], MaxClients = 2 }, Cancellation);
        Assert.Equal("notes.read", (await server.RegisterAsync(null))["scope"]);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.RegisterAsync(null)).Status); // the first counts

        Assert.Equal(HttpStatusCode.Unauthorized, (await server.RegisterAsync("wrong")).Status);
    }

    [Fact]
    public async Task A_page_of_any_origin_may_ask_and_then_call_for_its_tokens()
    {
        await using var server = await TestServer.StartAsync(change: s => s with { Registration = s.Registration with { Mode = RegistrationMode.Open } });
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/register");
        preflight.Headers.Add("Origin", "http://localhost:6274");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        using var allowed = await server.Http.SendAsync(preflight, Cancellation);
        Assert.Equal("*", Assert.Single(allowed.Headers.GetValues("Access-Control-Allow-Origin")));

        var answer = await server.RegisterAsync(null, """{"redirect_uris":["http://localhost:6274/oauth/callback"],"token_endpoint_auth_method":"none"}""");
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal(["http://localhost:6274"], answer.Json.GetProperty("allowed_origins").EnumerateArray().Select(o => o.GetString()));
        Assert.Null(answer["client_secret"]);
    }

    [Fact]
    public async Task Where_registration_is_off_there_is_no_endpoint_and_no_word_of_it()
    {
        await using var server = await TestServer.StartAsync(change: s => s with { Registration = s.Registration with { Mode = RegistrationMode.Off } });

        Assert.Equal(HttpStatusCode.NotFound, (await server.RegisterAsync("token")).Status);
        using var metadata = JsonDocument.Parse(await server.Http.GetStringAsync("/.well-known/oauth-authorization-server", Cancellation));
        Assert.False(metadata.RootElement.TryGetProperty("registration_endpoint", out _));
    }

    [Fact]
    public async Task What_a_software_statement_claims_goes_over_the_clients_own_words()
    {
        using var key = SigningKey.Generate(SignatureAlgorithm.ES256);
        await using var trust = await Listener.StartAsync();
        using var jwks = new MemoryStream();
        await using (var json = new Utf8JsonWriter(jwks))
            new JsonWebKeySet([key.PublicKey]).WriteTo(json);
        trust.AnswerAsync = http => http.Response.Body.WriteAsync(jwks.ToArray()).AsTask();
        await using var server = await TestServer.StartAsync();
        var (token, _) = await server.PolicyAsync(p => p with { RequireSoftwareStatement = true, SoftwareStatementIssuer = "https://trust.example", SoftwareStatementJwksUri = trust.Address.AbsoluteUri });
        string Metadata(string statement) => $$"""{"client_name":"Mine","redirect_uris":["https://app.example/cb"],"software_statement":"{{statement}}"}""";

        var statement = Jws.Sign(key, "JWT", Encoding.UTF8.GetBytes($$"""{"iss":"https://trust.example","aud":"{{TestServer.Issuer}}","exp":4102444800,"software_id":"4NRB1","client_name":"Vetted","scope":"openid"}"""));
        var answer = await server.RegisterAsync(token, Metadata(statement));
        Assert.Equal((HttpStatusCode.Created, "Vetted", "openid", statement), (answer.Status, answer["client_name"], answer["scope"], answer["software_statement"]));

        Assert.Equal("unapproved_software_statement", (await server.RegisterAsync(token)).Error);
        Assert.Equal("invalid_software_statement", (await server.RegisterAsync(token, Metadata(statement[..^4] + "AAAA"))).Error);
        Assert.Equal("unapproved_software_statement", (await server.RegisterAsync(token, Metadata(Jws.Sign(key, "JWT", """{"iss":"https://other.example","software_id":"4NRB1"}"""u8)))).Error);
        var again = await server.AskAsync(HttpMethod.Put, Registering.PathOf(answer), answer["registration_access_token"], $$"""{"client_id":"{{answer["client_id"]}}","redirect_uris":["https://app.example/cb"]}""");
        Assert.Equal("unapproved_software_statement", again.Error);
    }

    [Fact]
    public async Task Where_no_place_is_left_nothing_that_is_named_is_fetched()
    {
        await using var sector = await Listener.StartAsync();
        sector.AnswerAsync = http => http.Response.WriteAsync("""["https://app.example/cb"]""");
        await using var server = await TestServer.StartAsync();
        var (token, _) = await server.PolicyAsync(p => p with { MaxClients = 1 });
        var pairwise = $$"""{"redirect_uris":["https://app.example/cb"],"subject_type":"pairwise","sector_identifier_uri":"{{sector.Address}}sector.json"}""";

        Assert.Equal(HttpStatusCode.Created, (await server.RegisterAsync(token, pairwise)).Status);
        Assert.Equal(Refusals.Of(Refusal.RegistrationQuotaSpent).Error, (await server.RegisterAsync(token, pairwise)).Error);
        Assert.Equal(1, sector.Count);
    }

    [Fact]
    public async Task Nobodys_registrations_make_the_server_knock_at_one_door_for_ever()
    {
        await using var sector = await Listener.StartAsync();
        sector.AnswerAlways(404);
        await using var server = await TestServer.StartAsync();
        var (token, _) = await server.PolicyAsync();
        for (var i = 0; i < SectorIdentifiers.MostPerHost + 5; i++)
            Assert.Equal("invalid_client_metadata", (await server.RegisterAsync(token, $$"""{"redirect_uris":["https://app.example/cb"],"sector_identifier_uri":"{{sector.Address}}{{i}}.json"}""")).Error);
        Assert.Equal(SectorIdentifiers.MostPerHost, sector.Count);
    }

    [Fact]
    public async Task Who_gets_no_token_for_too_long_is_removed_and_who_does_stays()
    {
        await using var signedIn = await SignedIn.StartAsync();
        var server = signedIn.Server;
        var (token, policy) = await server.PolicyAsync(p => p with { GrantTypes = ["client_credentials"] });
        const string service = """{"grant_types":["client_credentials"],"token_endpoint_auth_method":"client_secret_post"}""";
        var (used, unused) = (await server.RegisterAsync(token, service), await server.RegisterAsync(token, service));
        var kept = server.Get<Settings>().Registration.UnusedClientsKept;

        server.Clock.Advance(kept - TimeSpan.FromHours(1));
        using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", used["client_id"]!), new("client_secret", used["client_secret"]!)]);
        using var tokens = await server.Http.PostAsync("/token", form, Cancellation);
        Assert.Equal(HttpStatusCode.OK, tokens.StatusCode);
        await server.Get<ClientUse>().WriteAsync(Cancellation);
        server.Clock.Advance(TimeSpan.FromHours(2));
        var now = server.Clock.GetUtcNow();

        Assert.Single(await server.Get<Registrations>().RemoveUnusedAsync(now - kept, now, Cancellation));
        Assert.Empty(await server.Get<Registrations>().RemoveUnusedAsync(now - kept, now, Cancellation));

        Assert.Null(await server.Get<Clients>().FindAsync(unused["client_id"]!, Cancellation));
        Assert.NotNull(await server.Get<Clients>().FindAsync(used["client_id"]!, Cancellation));
        Assert.NotNull(await server.Get<Clients>().FindAsync(SignedIn.App.ClientId, Cancellation)); // an operator's never goes by itself
        Assert.Equal(1, (await server.Get<RegistrationPolicies>().FindAsync(policy.PolicyId, Cancellation))!.ClientCount);
    }
}
