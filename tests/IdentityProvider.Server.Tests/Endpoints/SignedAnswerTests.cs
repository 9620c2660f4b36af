using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Tests.Pages;

namespace IdentityProvider.Server.Tests.Endpoints;

/// <summary>JARM over HTTP: what comes back is verified by the published keys.</summary>
public sealed class SignedAnswerTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    [Theory]
    [InlineData("jwt", "RS256")]
    [InlineData("query.jwt", "PS256")]
    [InlineData("query.jwt", "ES256")]
    public async Task A_code_comes_back_in_one_parameter_that_the_published_keys_verify(string mode, string algorithm)
    {
        Assert.True(SignatureAlgorithm.TryParse(algorithm, out var alg));
        var client = await Server.AddClientAsync(c => c with { AuthorizationSignedResponseAlg = alg, RequireConsent = false });
        using var browser = new Browser(Server);
        var answer = await browser.SignInAsync(await browser.OpenAsync(client.Request("response_mode=" + mode)), await Server.AddPersonAsync());

        Assert.StartsWith("https://app.example/cb?response=", answer.Location, StringComparison.Ordinal);
        var verified = await VerifyAsync(Assert.Single(answer.Answer).Value, client);
        Assert.Equal(("the-state", alg), (verified.StringOrNull("state"), verified.Header.Algorithm));
        Assert.NotNull(verified.StringOrNull("code"));
    }

    [Fact]
    public async Task It_may_be_posted()
    {
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false });
        using var browser = new Browser(Server);
        var page = await browser.SignInAsync(await browser.OpenAsync(client.Request("response_mode=form_post.jwt")), await Server.AddPersonAsync());
        Assert.Equal(["response"], page.Fields.Keys);
        Assert.NotNull((await VerifyAsync(page.Fields["response"], client)).StringOrNull("code"));
    }

    [Theory]
    [InlineData("prompt=none", "login_required")]
    [InlineData("scope=everything", "invalid_scope")]
    [InlineData("code_challenge=", "invalid_request")]
    public async Task An_error_comes_back_so_too(string edits, string error)
    {
        var client = await Server.AddClientAsync();
        using var browser = new Browser(Server);
        var answer = await browser.OpenAsync(client.Request("response_mode=jwt&" + edits));
        var verified = await VerifyAsync(Assert.Single(answer.Answer).Value, client);
        Assert.Equal((error, "the-state"), (verified.StringOrNull("error"), verified.StringOrNull("state")));
    }

    private async Task<JwtVerification.Verified> VerifyAsync(string jwt, Client client)
    {
        var jwks = await Server.Http.GetByteArrayAsync("/.well-known/jwks.json", TestContext.Current.CancellationToken);
        Assert.True(JsonWebKeySet.Parse(jwks).Accepted(out var keys, out _));
        var expectations = new JwtExpectations { Typ = "JWT", Issuer = TestServer.Issuer, Audience = client.ClientId };
        return Assert.IsType<JwtVerification.Verified>(Jwt.Verify(jwt, keys, expectations, Server.Clock.GetUtcNow()));
    }
}
