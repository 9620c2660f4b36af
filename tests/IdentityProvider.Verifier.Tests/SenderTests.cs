using System.Text.Json.Nodes;

namespace IdentityProvider.Verifier.Tests;

/// <summary>Tokens that are bound to a key or a certificate, and who may use them (RFC 9449 §7, RFC 8705 §3).</summary>
public sealed class SenderTests : OverHttp
{
    private const string Certificate = "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0";

    private readonly ProofKey _key = new();
    private readonly ProofKey _thiefs = new();

    private DateTimeOffset Now => Issuer.Clock.GetUtcNow();

    [Fact]
    public async Task A_bound_token_is_accepted_with_a_proof_for_this_request_once()
    {
        var verifier = NewVerifier();
        var token = Issuer.Token(_key.Bound);
        var sender = Sender(_key.Proof(token, Now));
        Assert.Equal("alice", Assert.IsType<TokenVerification.Accepted>(await verifier.VerifyAsync(token, sender)).Token.Subject);
        Assert.Equal(VerifierRefusal.ProofReplayed, await RefusalAsync(verifier, token, sender));
        Assert.Null(await RefusalAsync(verifier, token, Sender(_key.Proof(token, Now))));
    }

    [Fact]
    public async Task A_bound_token_is_no_bearers()
    {
        var verifier = NewVerifier();
        var token = Issuer.Token(_key.Bound);
        Assert.Equal(VerifierRefusal.ProofMissing, (await verifier.VerifyAsync(token)).Reason());
        Assert.Equal(VerifierRefusal.ProofMissing, await RefusalAsync(verifier, token, Sender(_key.Proof(token, Now)) with { IsDPoP = false }));
        Assert.Equal(VerifierRefusal.ProofMissing, await RefusalAsync(verifier, token, Sender() with { Proofs = [] }));
        Assert.Equal(VerifierRefusal.SchemeUnexpected, await RefusalAsync(verifier, Issuer.Token(), Sender(_key.Proof(Issuer.Token(), Now))));
        Assert.Null(await RefusalAsync(verifier, Issuer.Token(), new SenderProof()));
    }

    [Fact]
    public async Task A_proof_is_for_one_key_request_token_and_time()
    {
        var verifier = NewVerifier();
        var token = Issuer.Token(_key.Bound);
        Assert.Equal(VerifierRefusal.ProofKeyUnexpected, await RefusalAsync(verifier, token, Sender(_thiefs.Proof(token, Now))));
        Assert.Equal(VerifierRefusal.ProofInvalid, await RefusalAsync(verifier, token, Sender(_key.Proof(token, Now, method: "POST"))));
        Assert.Equal(VerifierRefusal.ProofInvalid, await RefusalAsync(verifier, token, Sender(_key.Proof(token, Now, url: "https://api.example/other"))));
        Assert.Equal(VerifierRefusal.ProofInvalid, await RefusalAsync(verifier, token, Sender(_key.Proof(token + "x", Now))));
        Assert.Equal(VerifierRefusal.ProofInvalid, await RefusalAsync(verifier, token, Sender(_key.Proof(token, Now.AddSeconds(-61)))));
        Assert.Equal(VerifierRefusal.ProofInvalid, await RefusalAsync(verifier, token, Sender(_key.Proof(token, Now.AddSeconds(60)))));
        Assert.Equal(VerifierRefusal.ProofInvalid, await RefusalAsync(verifier, token, Sender(token)));
        Assert.Equal(VerifierRefusal.ProofInvalid, await RefusalAsync(verifier, token, Sender() with { Proofs = [_key.Proof(token, Now), _key.Proof(token, Now)] }));
        Assert.Null(await RefusalAsync(verifier, token, Sender(_key.Proof(token, Now, url: "https://API.example:443/orders?page=2"))));
    }

    [Fact]
    public async Task A_proof_that_is_refused_for_another_reason_is_not_used_up()
    {
        var verifier = NewVerifier();
        var proof = _key.Proof(Issuer.Token(_key.Bound), Now);
        Assert.Equal(VerifierRefusal.ProofInvalid, await RefusalAsync(verifier, Issuer.Token(_key.Bound), Sender(proof) with { Url = "https://api.example/other" }));
        Assert.Null(await RefusalAsync(verifier, Issuer.Token(_key.Bound), Sender(proof)));
    }

    [Fact]
    public async Task A_token_bound_to_a_certificate_goes_with_it_alone()
    {
        var verifier = NewVerifier();
        var token = Issuer.Token(new() { ["cnf"] = new JsonObject { ["x5t#S256"] = Certificate } });
        Assert.Null(await RefusalAsync(verifier, token, new SenderProof { CertificateThumbprint = Certificate }));
        Assert.Equal(VerifierRefusal.ProofKeyUnexpected, await RefusalAsync(verifier, token, new SenderProof { CertificateThumbprint = "other" }));
        Assert.Equal(VerifierRefusal.ProofMissing, await RefusalAsync(verifier, token, new SenderProof()));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"jkt":1}""")]
    [InlineData("""{"jwk":{}}""")]
    public async Task What_nobody_can_prove_is_refused(string confirmation)
    {
        var payload = Given.TokenClaims(Issuer.Name, Now).ToJsonString()[..^1] + ",\"cnf\":" + confirmation + "}";
        var token = IdentityProvider.Jose.Jws.Sign(Issuer.Key, "at+jwt", System.Text.Encoding.UTF8.GetBytes(payload));
        Assert.Equal(VerifierRefusal.ProofMissing, await RefusalAsync(NewVerifier(), token, Sender(_key.Proof(token, Now))));
    }

    [Fact]
    public async Task Nodes_of_an_api_may_share_what_was_seen()
    {
        HashSet<string> seen = [];
        var options = Issuer.Options with { SpendProof = (proof, _, _) => new(seen.Add(proof)) };
        var token = Issuer.Token(_key.Bound);
        var sender = Sender(_key.Proof(token, Now));
        Assert.Null(await RefusalAsync(NewVerifier(options), token, sender));
        Assert.Equal(VerifierRefusal.ProofReplayed, await RefusalAsync(NewVerifier(options), token, sender));
    }

    [Fact]
    public async Task An_api_may_ask_for_a_nonce()
    {
        var verifier = NewVerifier(Issuer.Options with { NonceKey = new byte[32] });
        Assert.Null(NewVerifier().Nonce);
        var token = Issuer.Token(_key.Bound);
        Assert.Equal(VerifierRefusal.ProofNonceNeeded, await RefusalAsync(verifier, token, Sender(_key.Proof(token, Now))));
        Assert.Equal(VerifierRefusal.ProofNonceNeeded, await RefusalAsync(verifier, token, Sender(_key.Proof(token, Now, nonce: "x"))));
        Assert.Null(await RefusalAsync(verifier, token, Sender(_key.Proof(token, Now, nonce: verifier.Nonce))));
        Assert.Throws<ArgumentException>(() => NewVerifier(Issuer.Options with { NonceKey = new byte[31] }));
    }

    [Fact]
    public void Memory_has_a_bound_and_what_is_old_is_forgotten()
    {
        var spent = new IdentityProvider.Verifier.Shell.SpentProofs(Issuer.Clock);
        for (var i = 0; i < IdentityProvider.Verifier.Shell.SpentProofs.Most; i++) Assert.True(spent.Spend($"{i}", Now.AddSeconds(60)));
        Assert.Null(spent.Spend("one more", Now.AddSeconds(60)));
        Advance(61);
        Assert.True(spent.Spend("one more", Now.AddSeconds(60)));
        Assert.False(spent.Spend("one more", Now.AddSeconds(60)));
        Assert.True(spent.Spend("0", Now.AddSeconds(60)));
        Assert.Equal(503, BearerChallenge.StatusCode(VerifierRefusal.ProofsTooMany));
    }

    [Fact]
    public void Where_the_api_is_called_is_the_options_to_say()
    {
        Assert.Equal("https://api.example/orders", NewVerifier().UrlOf("/orders"));
        Assert.Equal("https://shop.example/orders", NewVerifier(Issuer.Options with { Origin = "https://shop.example" }).UrlOf("/orders"));
        Assert.Equal("", NewVerifier(Issuer.Options with { Audience = "urn:api" }).UrlOf("/orders"));
        Assert.Throws<ArgumentException>(() => NewVerifier(Issuer.Options with { Origin = "https://shop.example/path" }));
    }

    private static SenderProof Sender(string? proof = null) => new() { IsDPoP = true, Proofs = [proof], Method = "GET", Url = "https://api.example/orders" };

    private static async Task<VerifierRefusal?> RefusalAsync(AccessTokenVerifier verifier, string token, SenderProof sender) => (await verifier.VerifyAsync(token, sender)).Reason();
}
