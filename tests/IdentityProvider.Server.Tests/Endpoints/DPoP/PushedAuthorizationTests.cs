using System.Net;
using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Protocol.PushedAuthorization;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Endpoints.DPoP;

/// <summary>The proof of a pushed request names the key of the code (RFC 9449 §10.1).</summary>
public sealed class PushedAuthorizationTests : IAsyncLifetime
{
    private SignedIn _signedIn = null!;
    private ProvingClient _spa = null!;

    public async ValueTask InitializeAsync()
    {
        _signedIn = await SignedIn.StartAsync();
        _spa = new(_signedIn, SignedIn.Spa);
        Assert.Equal("use_dpop_nonce", (await PushAsync(_spa.Proof(path: "/par"))).Error);
    }

    public async ValueTask DisposeAsync()
    {
        _spa.Dispose();
        await _signedIn.DisposeAsync();
    }

    [Fact]
    public async Task A_pushed_proof_binds_the_code_to_its_key()
    {
        var pushed = await PushAsync(_spa.Proof(path: "/par"));
        Assert.Equal(HttpStatusCode.Created, pushed.Status);
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(PushedRequest.ReferenceOrNull(pushed["request_uri"])!));
        Assert.Equal(_spa.Thumbprint, (await _signedIn.Server.Get<PushedRequests>().FindAsync(hash, SignedIn.Cancellation))!.Parameters["dpop_jkt"]);
    }

    [Fact]
    public async Task Another_key_than_the_request_names_is_refused()
    {
        using var other = new ProvingClient(_signedIn, SignedIn.Spa);
        Assert.Equal("invalid_dpop_proof", (await PushAsync(_spa.Proof(path: "/par"), ("dpop_jkt", other.Thumbprint))).Error);
        Assert.Equal("invalid_request", (await PushAsync(_spa.Proof(path: "/par"), ("dpop_jkt", "x"))).Error);
        Assert.Equal(HttpStatusCode.Created, (await PushAsync(_spa.Proof(path: "/par"), ("dpop_jkt", _spa.Thumbprint))).Status);
    }

    [Fact]
    public async Task A_proof_pushes_once_and_for_this_endpoint()
    {
        var proof = _spa.Proof(path: "/par");
        Assert.Equal(HttpStatusCode.Created, (await PushAsync(proof)).Status);
        Assert.Equal("invalid_dpop_proof", (await PushAsync(proof)).Error);
        Assert.Equal("invalid_dpop_proof", (await PushAsync(_spa.Proof(path: "/token"))).Error);
    }

    private Task<Answer> PushAsync(string proof, params (string, string)[] more) => _spa.SendAsync(
        SignedIn.Post(
            "/par",
            SignedIn.Spa,
            [
                ("response_type", "code"), ("redirect_uri", SignedIn.RedirectUri), ("scope", "openid"), ("code_challenge", SignedIn.CodeChallenge), ("code_challenge_method", "S256"),
                .. more,
            ]),
        proof);
}
