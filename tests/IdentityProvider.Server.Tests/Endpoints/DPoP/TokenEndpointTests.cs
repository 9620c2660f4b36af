using System.Net;
using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Endpoints.DPoP;

/// <summary>Tokens that are bound to a key, and the attacks that this is against (RFC 9449 §2, §5, §8, §10, §11).</summary>
public sealed class TokenEndpointTests : IAsyncLifetime
{
    private static readonly Client Bound = SignedIn.Machine with { ClientId = "bound", DpopBoundAccessTokens = true };

    private SignedIn _signedIn = null!;
    private ProvingClient _spa = null!;
    private ProvingClient _app = null!;
    private ProvingClient _thief = null!;

    public async ValueTask InitializeAsync()
    {
        _signedIn = await SignedIn.StartAsync();
        Assert.True(await _signedIn.Server.Get<Clients>().AddAsync(Bound, SignedIn.Cancellation));
        _spa = new(_signedIn, SignedIn.Spa);
        _app = new(_signedIn, SignedIn.App);
        _thief = new(_signedIn, SignedIn.Spa);
    }

    public async ValueTask DisposeAsync()
    {
        _spa.Dispose();
        _app.Dispose();
        _thief.Dispose();
        await _signedIn.DisposeAsync();
    }

    [Fact]
    public async Task A_proof_binds_the_access_token_to_its_key()
    {
        var answer = await _spa.TokensAsync();
        Assert.Equal("DPoP", answer["token_type"]);
        Assert.Equal(_spa.Thumbprint, Claims(answer.AccessToken).GetProperty("cnf").GetProperty("jkt").GetString());

        var bearers = await _signedIn.TokensAsync(SignedIn.Spa);
        Assert.Equal("Bearer", bearers["token_type"]);
        Assert.False(Claims(bearers.AccessToken).TryGetProperty("cnf", out _));
        Assert.Equal("", bearers.Header("DPoP-Nonce"));
    }

    [Fact]
    public async Task A_proof_without_our_nonce_is_told_one_and_nothing_was_spent()
    {
        var code = await _signedIn.CodeAsync(SignedIn.Spa);

        var challenged = await _spa.WithProofAsync(_spa.Proof(), ProvingClient.Exchange(code));
        Assert.Equal((HttpStatusCode.BadRequest, "use_dpop_nonce"), (challenged.Status, challenged.Error));
        Assert.NotEqual("", challenged.Header("DPoP-Nonce"));

        var answer = await _spa.WithProofAsync(_spa.Proof(), ProvingClient.Exchange(code));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.NotEqual("", answer.Header("DPoP-Nonce"));
    }

    [Fact]
    public async Task A_nonce_is_every_nodes_and_ends()
    {
        await using var second = await TestServer.StartAsync(beside: _signedIn.Server);
        await _spa.TokensAsync();
        var request = SignedIn.Post("/token", SignedIn.Spa, ProvingClient.Exchange(await _signedIn.CodeAsync(SignedIn.Spa)));
        request.Headers.Add("DPoP", _spa.Proof());
        Assert.Equal(HttpStatusCode.OK, (await second.Http.SendAsync(request, SignedIn.Cancellation)).StatusCode);

        _signedIn.Server.Clock.Advance(TimeSpan.FromMinutes(7));
        var late = await _spa.WithProofAsync(_spa.Proof(), ProvingClient.Exchange(await _signedIn.CodeAsync(SignedIn.Spa)));
        Assert.Equal("use_dpop_nonce", late.Error);
    }

    [Fact]
    public async Task A_proof_is_used_once_on_whatever_node_and_a_replay_spends_no_code()
    {
        await using var second = await TestServer.StartAsync(beside: _signedIn.Server);
        await _spa.TokensAsync();
        var proof = _spa.Proof();
        Assert.Equal(HttpStatusCode.OK, (await _spa.WithProofAsync(proof, ProvingClient.Exchange(await _signedIn.CodeAsync(SignedIn.Spa)))).Status);

        var code = await _signedIn.CodeAsync(SignedIn.Spa);
        var replay = await _spa.WithProofAsync(proof, ProvingClient.Exchange(code));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_dpop_proof"), (replay.Status, replay.Error));
        Assert.Equal(Refusals.Of(Refusal.DPoPProofReplayed).Description, replay["error_description"]);

        var request = SignedIn.Post("/token", SignedIn.Spa, ProvingClient.Exchange(code));
        request.Headers.Add("DPoP", proof);
        Assert.Equal(HttpStatusCode.BadRequest, (await second.Http.SendAsync(request, SignedIn.Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _spa.ExchangeAsync(code)).Status);
    }

    [Fact]
    public async Task Of_many_at_once_one_uses_the_proof()
    {
        await _spa.TokensAsync();
        var refreshToken = (await _app.TokensAsync()).RefreshToken;
        var proof = _app.Proof();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _app.WithProofAsync(proof, ProvingClient.Refresh(refreshToken))));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.OK), answer => Assert.Equal("invalid_dpop_proof", answer.Error));
    }

    [Fact]
    public async Task A_refused_request_spends_no_proof()
    {
        await _spa.TokensAsync();
        var proof = _spa.Proof();
        Assert.Equal("invalid_grant", (await _spa.WithProofAsync(proof, ProvingClient.Exchange("no-code"))).Error);
        Assert.Equal(HttpStatusCode.OK, (await _spa.WithProofAsync(proof, ProvingClient.Exchange(await _signedIn.CodeAsync(SignedIn.Spa)))).Status);
    }

    public static TheoryData<string> ForAnother => ["method", "URL", "host", "type", "two"];

    [Theory]
    [MemberData(nameof(ForAnother))]
    public async Task A_proof_for_another_request_is_none(string what)
    {
        await _spa.TokensAsync();
        var request = SignedIn.Post("/token", SignedIn.Spa, ProvingClient.Exchange(await _signedIn.CodeAsync(SignedIn.Spa)));
        if (what == "two")
            request.Headers.TryAddWithoutValidation("DPoP", _spa.Proof());
        var answer = await _spa.SendAsync(request, what switch
        {
            "method" => _spa.Proof(method: "GET"),
            "URL" => _spa.Proof(path: "/par"),
            "host" => _spa.Proof(issuer: _signedIn.Server.Address.GetLeftPart(UriPartial.Authority)),
            "type" => (await _signedIn.TokensAsync(SignedIn.Spa)).AccessToken,
            _ => _spa.Proof(),
        });
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_dpop_proof"), (answer.Status, answer.Error));
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(-10, true)]
    [InlineData(-61, false)]
    [InlineData(60, false)]
    public async Task A_clock_may_differ_a_little(int seconds, bool accepted)
    {
        await _spa.TokensAsync();
        _spa.Ahead = TimeSpan.FromSeconds(seconds);
        var answer = await _spa.ExchangeAsync(await _signedIn.CodeAsync(SignedIn.Spa));
        Assert.Equal(accepted ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.Status);
    }

    [Fact]
    public async Task A_client_registered_for_bound_tokens_gets_no_others()
    {
        using var machine = new ProvingClient(_signedIn, Bound);
        var without = await _signedIn.PostAsync("/token", Bound, ("grant_type", "client_credentials"));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_dpop_proof"), (without.Status, without.Error));
        Assert.NotEqual("", without.Header("DPoP-Nonce"));

        var answer = await machine.TokenAsync(("grant_type", "client_credentials"));
        Assert.Equal("DPoP", answer["token_type"]);
        Assert.Equal(machine.Thumbprint, Claims(answer.AccessToken).GetProperty("cnf").GetProperty("jkt").GetString());
    }

    [Fact]
    public async Task A_stolen_refresh_token_of_a_public_client_is_worth_nothing_without_the_key()
    {
        var first = await _spa.TokensAsync();
        await _thief.TokensAsync();

        Assert.Equal("invalid_grant", (await _thief.RefreshAsync(first.RefreshToken)).Error);
        Assert.Equal("invalid_grant", (await _signedIn.RefreshAsync(SignedIn.Spa, first.RefreshToken)).Error);

        var second = await _spa.RefreshAsync(first.RefreshToken);
        Assert.Equal("DPoP", second["token_type"]);
        Assert.Equal(_spa.Thumbprint, Claims(second.AccessToken).GetProperty("cnf").GetProperty("jkt").GetString());
    }

    [Fact]
    public async Task The_refresh_token_just_replaced_gives_its_successor_again_to_the_same_key()
    {
        var first = await _spa.TokensAsync();
        var second = await _spa.RefreshAsync(first.RefreshToken);
        Assert.Equal(second.RefreshToken, (await _spa.RefreshAsync(first.RefreshToken)).RefreshToken);

        // No thief has the key, so an answer that was lost long ago is found again as well, as long as nobody used it.
        _signedIn.Server.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(second.RefreshToken, (await _spa.RefreshAsync(first.RefreshToken)).RefreshToken);
        Assert.Equal("invalid_grant", (await _thief.RefreshAsync(first.RefreshToken)).Error);

        Assert.Equal(HttpStatusCode.OK, (await _spa.RefreshAsync(second.RefreshToken)).Status);
    }

    [Fact]
    public async Task A_confidential_client_may_change_its_key()
    {
        var first = await _app.TokensAsync();
        using var renewed = new ProvingClient(_signedIn, SignedIn.App);
        var second = await renewed.RefreshAsync(first.RefreshToken);
        Assert.Equal(renewed.Thumbprint, Claims(second.AccessToken).GetProperty("cnf").GetProperty("jkt").GetString());
    }

    [Fact]
    public async Task A_code_that_is_bound_to_a_key_is_nobodys_without_it()
    {
        var code = await _signedIn.CodeAsync(SignedIn.Spa, change: code => code with { Terms = new GrantTerms { Confirmation = _spa.Confirmation } });
        Assert.Equal("invalid_grant", (await _thief.ExchangeAsync(code)).Error);
        Assert.Equal("invalid_grant", (await _signedIn.ExchangeAsync(SignedIn.Spa, code)).Error);
        Assert.Equal(HttpStatusCode.OK, (await _spa.ExchangeAsync(code)).Status);

        // Nor does a thief end by it what came of it.
        Assert.Equal("invalid_grant", (await _thief.ExchangeAsync(code)).Error);
        Assert.Equal(HttpStatusCode.OK, (await _spa.ExchangeAsync(await _signedIn.CodeAsync(SignedIn.Spa))).Status);
    }

    [Fact]
    public async Task Browser_code_may_send_a_proof_and_read_the_nonce()
    {
        var preflight = new HttpRequestMessage(HttpMethod.Options, "/token");
        preflight.Headers.Add("Origin", "https://app.example");
        Assert.Contains("DPoP", (await _signedIn.SendAsync(preflight)).Header("Access-Control-Allow-Headers"), StringComparison.Ordinal);

        var request = SignedIn.Post("/token", SignedIn.Spa, ProvingClient.Exchange("no-code"));
        request.Headers.Add("Origin", "https://app.example");
        var challenged = await _spa.SendAsync(request, _spa.Proof());
        Assert.Equal("use_dpop_nonce", challenged.Error);
        Assert.Equal("https://app.example", challenged.Header("Access-Control-Allow-Origin"));
        Assert.Contains("DPoP-Nonce", challenged.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal);
    }

    private static JsonElement Claims(string jwt) => JsonDocument.Parse(CanonicalBase64Url.DecodeOrNull(jwt.Split('.')[1])).RootElement;
}
