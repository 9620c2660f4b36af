using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.TrustedIssuers;
using IdentityProvider.Server.Tests.Http;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Endpoints.Token;

public sealed class JwtBearerTests : IAsyncLifetime
{
    private const string Partner = "https://partner.example";

    private static readonly SigningKey Key = SigningKey.Generate(SignatureAlgorithm.ES256);

    private static readonly Client Bringer = SignedIn.Machine with { ClientId = "bringer", GrantTypes = [GrantTypes.JwtBearer] };

    private SignedIn _signedIn = null!;
    private int _made;

    public async ValueTask InitializeAsync()
    {
        _signedIn = await SignedIn.StartAsync();
        Assert.True(await _signedIn.Server.Get<Clients>().AddAsync(Bringer, SignedIn.Cancellation));
        await TrustAsync(Trusted);
        await using var db = await _signedIn.Server.Get<IDbContextFactory<IdpDb>>().CreateDbContextAsync(SignedIn.Cancellation);
        db.UserLogins.Add(new() { LoginProvider = Partner, ProviderKey = "partner-7", UserId = _signedIn.UserId });
        await db.SaveChangesAsync(SignedIn.Cancellation);
    }

    public ValueTask DisposeAsync() => _signedIn.DisposeAsync();

    private static TrustedIssuer Trusted => new()
    {
        Issuer = Partner,
        Jwks = ClientKeySet.Parse(new JsonWebKeySet([Key.PublicKey]).ToUtf8Bytes(), out _),
        Clients = ["bringer"],
        Scope = ScopeSet.Of(["notes.read"]),
    };

    [Fact]
    public async Task An_assertion_about_a_linked_person_gives_an_access_token_and_no_refresh_token()
    {
        var answer = await BringAsync(Assertion());

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(["access_token", "token_type", "expires_in", "scope"], answer.Json.EnumerateObject().Select(m => m.Name));
        var seen = await _signedIn.IntrospectAsync(SignedIn.Api, answer.AccessToken);
        Assert.Equal((_signedIn.UserId.ToString("D"), "bringer", "notes.read"), (seen["sub"], seen["client_id"], seen["scope"]));
        Assert.Null(seen["auth_time"]);
    }

    [Fact]
    public async Task An_assertion_works_once_however_many_bring_it_at_once()
    {
        var assertion = Assertion();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => BringAsync(assertion)));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.OK), a => Assert.Equal("invalid_grant", a.Error));
    }

    [Fact]
    public async Task Whatever_ends_all_that_a_person_has_ends_it()
    {
        var token = (await BringAsync(Assertion())).AccessToken;
        await _signedIn.Server.Get<TokenFamilies>().EndAllAsync(_signedIn.UserId, null, FamilyEnd.EndedByOperator, _signedIn.Server.Clock.GetUtcNow(), SignedIn.Cancellation);
        Assert.Equal("False", (await _signedIn.IntrospectAsync(SignedIn.Api, token))["active"]);

        await _signedIn.DisableUserAsync();
        Assert.Equal("invalid_grant", (await BringAsync(Assertion())).Error);
    }

    [Fact]
    public async Task Who_is_linked_to_nobody_or_trusted_no_more_gets_nothing_and_nothing_is_spent()
    {
        Assert.Equal("invalid_grant", (await BringAsync(Assertion(c => c["sub"] = "partner-8"))).Error);
        var assertion = Assertion();
        await _signedIn.Server.Get<TrustedIssuers>().DeleteAsync(Partner, SignedIn.Cancellation);
        Assert.Equal("invalid_grant", (await BringAsync(assertion)).Error);
        await TrustAsync(Trusted);
        Assert.Equal(HttpStatusCode.OK, (await BringAsync(assertion)).Status);
    }

    [Fact]
    public async Task A_claim_can_name_the_account()
    {
        await TrustAsync(Trusted with { Issuer = "https://named.example", UsernameClaim = "email" });
        var answer = await BringAsync(Assertion(c => (c["iss"], c["email"]) = ("https://named.example", "Alice")));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Fact]
    public async Task Keys_may_be_published_where_the_issuer_says()
    {
        await using var published = await Listener.StartAsync();
        published.AnswerAsync = http => http.Response.Body.WriteAsync(new JsonWebKeySet([Key.PublicKey]).ToUtf8Bytes()).AsTask();
        await TrustAsync(Trusted with { Issuer = "https://fetched.example", Jwks = null, JwksUri = published.Address + "jwks", UsernameClaim = "sub" });
        var answer = await BringAsync(Assertion(c => (c["iss"], c["sub"]) = ("https://fetched.example", "alice")));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    private async Task TrustAsync(TrustedIssuer issuer) => Assert.True(await _signedIn.Server.Get<TrustedIssuers>().AddAsync(issuer, SignedIn.Cancellation));

    private Task<Answer> BringAsync(string assertion) => _signedIn.PostAsync("/token", Bringer, ("grant_type", GrantTypes.JwtBearer), ("assertion", assertion));

    private string Assertion(Action<JsonObject>? change = null)
    {
        var claims = new JsonObject
        {
            ["iss"] = Partner,
            ["sub"] = "partner-7",
            ["aud"] = TestServer.Issuer,
            ["jti"] = $"{Interlocked.Increment(ref _made)}",
            ["exp"] = NumericDate.From(_signedIn.Server.Clock.GetUtcNow().AddMinutes(5)),
        };
        change?.Invoke(claims);
        return Jws.Sign(Key, "JWT", Encoding.UTF8.GetBytes(claims.ToJsonString()));
    }
}
