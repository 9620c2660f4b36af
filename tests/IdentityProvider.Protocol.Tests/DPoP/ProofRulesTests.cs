using IdentityProvider.Jose;
using IdentityProvider.Protocol.DPoP;
using Xunit;

namespace IdentityProvider.Protocol.Tests.DPoP;

public sealed class ProofRulesTests : IDisposable
{
    private const string Target = Given.Issuer + "/token";

    private static readonly byte[] NonceKey = new byte[32];

    private readonly ProofKey _key = new();

    private static string Nonce => DPoPNonce.Of(NonceKey, Given.Now);

    public void Dispose() => _key.Dispose();

    [Fact]
    public void Allows_one_proof_for_this_request_with_a_nonce_of_ours()
    {
        var proof = Given.Allowed(Decide(_key.Proof("POST", Target, Given.Now, Nonce)));
        Assert.Equal(_key.Thumbprint, proof.Thumbprint);
    }

    [Fact]
    public void Refuses_none_two_and_what_is_none()
    {
        var proof = _key.Proof("POST", Target, Given.Now, Nonce);
        Assert.Equal(Refusal.DPoPProofMissing, Given.Refused(Decide()));
        Assert.Equal(Refusal.DPoPProofRepeated, Given.Refused(Decide(proof, proof)));
        Assert.Equal(Refusal.DPoPProofInvalid, Given.Refused(Decide($"{proof}, {proof}")));
        Assert.Equal(Refusal.DPoPProofInvalid, Given.Refused(Decide("")));
        Assert.Equal(Refusal.DPoPProofInvalid, Given.Refused(Decide((string?)null)));
        Assert.Equal(Refusal.DPoPProofInvalid, Given.Refused(Decide(_key.Proof("POST", Target, Given.Now, Nonce, typ: "JWT"))));
    }

    [Fact]
    public void Refuses_a_proof_for_another_method_place_moment_or_token()
    {
        Assert.Equal(Refusal.DPoPProofForAnotherRequest, Given.Refused(Decide(_key.Proof("GET", Target, Given.Now, Nonce))));
        Assert.Equal(Refusal.DPoPProofForAnotherRequest, Given.Refused(Decide(_key.Proof("POST", Given.Issuer + "/par", Given.Now, Nonce))));
        Assert.Equal(Refusal.DPoPProofOutOfTime, Given.Refused(Decide(_key.Proof("POST", Target, Given.Now - TimeSpan.FromMinutes(2), Nonce))));
        Assert.Equal(Refusal.DPoPProofOutOfTime, Given.Refused(Decide(_key.Proof("POST", Target, Given.Now + TimeSpan.FromMinutes(1), Nonce))));

        var proof = _key.Proof("POST", Target, Given.Now, Nonce, accessToken: "one");
        var decision = ProofRules.Decide([proof], new DPoPExpectations { Method = "POST", TargetUri = Target, AccessToken = "other" }, NonceKey, Given.Now);
        Assert.Equal(Refusal.DPoPProofForAnotherToken, Given.Refused(decision));
    }

    [Fact]
    public void Refuses_a_proof_without_a_nonce_or_with_another_than_ours()
    {
        Assert.Equal(Refusal.DPoPNonceMissing, Given.Refused(Decide(_key.Proof("POST", Target, Given.Now))));
        Assert.Equal(Refusal.DPoPNonceOld, Given.Refused(Decide(_key.Proof("POST", Target, Given.Now, DPoPNonce.Of([1], Given.Now)))));
        Assert.Equal(Refusal.DPoPNonceOld, Given.Refused(Decide(_key.Proof("POST", Target, Given.Now, DPoPNonce.Of(NonceKey, Given.Now - (2 * DPoPNonce.Period))))));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-3, true)]
    [InlineData(3, true)]
    [InlineData(-6, false)]
    [InlineData(6, false)]
    public void A_nonce_lives_for_its_period_and_the_next(int minutes, bool recent) =>
        Assert.Equal(recent, DPoPNonce.IsRecent(DPoPNonce.Of(NonceKey, Given.Now + TimeSpan.FromMinutes(minutes)), NonceKey, Given.Now));

    [Fact]
    public void A_nonce_is_the_same_on_every_node_and_another_in_each_period()
    {
        Assert.Equal(Nonce, DPoPNonce.Of([.. NonceKey], Given.Now + DPoPNonce.Period - TimeSpan.FromSeconds(1)));
        Assert.NotEqual(Nonce, DPoPNonce.Of(NonceKey, Given.Now + DPoPNonce.Period));
        Assert.Equal(22, Nonce.Length);
        Assert.False(DPoPNonce.IsRecent("", NonceKey, Given.Now));
        Assert.False(DPoPNonce.IsRecent("é", NonceKey, Given.Now));
    }

    private static Decision<DPoPProof> Decide(params string?[] fields) =>
        ProofRules.Decide(fields, new DPoPExpectations { Method = "POST", TargetUri = Target }, NonceKey, Given.Now);
}
