namespace IdentityProvider.Jose.Tests;

/// <summary>RFC 7517, appendix A: its public keys by their purpose, its private and symmetric keys never.</summary>
public sealed class Rfc7517Tests
{
    [Fact]
    public void A_1_of_the_public_set_the_rsa_key_verifies_and_the_encryption_key_is_left_out()
    {
        var set = Vectors.Set(Vectors.EcForEncryption, Vectors.ThumbprintKey);

        var key = Assert.Single(set.Keys);
        Assert.Equal("2011-04-29", key.Kid);
        Assert.Same(SignatureAlgorithm.RS256, Assert.Single(key.Algorithms));
        Assert.Equal(JoseRefusal.KeyUseUnexpected, Assert.Single(set.LeftOut).Reason);
    }

    [Fact]
    public void A_2_private_keys_are_refused()
    {
        var ec = Given.EcJwk("\"d\":\"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE\",");

        Assert.Equal(JoseRefusal.KeyPrivate, Given.JwkRefusal(ec));
        Assert.Equal(JoseRefusal.KeyPrivate, Given.JwkRefusal(Vectors.RsaPrivate));
    }

    [Theory]
    [InlineData("""{"kty":"oct","alg":"A128KW","k":"GawgguFyGrWKav7AX4VKUg"}""")]
    [InlineData("""{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow","kid":"HMAC key used in JWS spec Appendix A.1 example"}""")]
    public void A_3_symmetric_keys_are_refused(string jwk) => Assert.Equal(JoseRefusal.KeySymmetric, Given.JwkRefusal(jwk));
}
