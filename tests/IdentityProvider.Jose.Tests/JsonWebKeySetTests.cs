using System.Text;
using System.Text.Json;

namespace IdentityProvider.Jose.Tests;

/// <summary>RFC 7517 §5: sets, and the choice of one key.</summary>
public sealed class JsonWebKeySetTests
{
    [Fact]
    public void What_is_published_has_public_members_alone_and_is_read_back()
    {
        var json = Given.Keys.ToUtf8Bytes();

        var read = JsonWebKeySet.Parse(json).ValueOrNull;

        Assert.NotNull(read);
        Assert.Empty(read.LeftOut);
        Assert.Equal(Given.Keys.Keys.Select(key => key.Kid), read.Keys.Select(key => key.Kid));
        Assert.Equal(json, read.ToUtf8Bytes());
        string[] allowed = ["kid", "use", "alg", "kty", "n", "e", "crv", "x", "y"];
        foreach (var key in JsonElement.Parse(json).GetProperty("keys").EnumerateArray())
            Assert.All(key.EnumerateObject(), member => Assert.Contains(member.Name, allowed));
    }

    [Fact]
    public void A_key_that_we_cannot_use_is_left_out_and_said_so()
    {
        var set = Vectors.Set(Vectors.EcForEncryption, "7", """{"kty":"OKP"}""", Vectors.EcPublic, """{"kty":"oct","k":"AA"}""");

        Assert.Single(set.Keys);
        Assert.Equal(
            [JoseRefusal.KeyUseUnexpected, JoseRefusal.KeyMalformed, JoseRefusal.KeyTypeUnsupported, JoseRefusal.KeySymmetric],
            set.LeftOut.Select(refused => refused.Reason));
    }

    [Theory]
    [InlineData("", JoseRefusal.Malformed)]
    [InlineData("[]", JoseRefusal.Malformed)]
    [InlineData("{}", JoseRefusal.KeyMalformed)]
    [InlineData("""{"keys":{}}""", JoseRefusal.KeyMalformed)]
    [InlineData("""{"keys":null}""", JoseRefusal.KeyMalformed)]
    [InlineData("""{"keys":[],"keys":[]}""", JoseRefusal.DuplicateMember)]
    [InlineData("""{"keys":[{"kty":"EC","kty":"RSA"}]}""", JoseRefusal.DuplicateMember)]
    [InlineData("""{"keys":[]} x""", JoseRefusal.Malformed)]
    public void Refuses_what_is_no_set(string json, JoseRefusal reason) => Assert.Equal(reason, Refusal(json));

    [Fact]
    public void Takes_an_empty_set() => Assert.Null(Refusal("""{"keys":[]}"""));

    [Fact]
    public void Refuses_a_set_without_bound()
    {
        Assert.Null(Refusal($$"""{"keys":[{{string.Join(',', Enumerable.Repeat("{}", JsonWebKeySet.MaxKeys))}}]}"""));
        Assert.Equal(JoseRefusal.TooLarge, Refusal($$"""{"keys":[{{string.Join(',', Enumerable.Repeat("{}", JsonWebKeySet.MaxKeys + 1))}}]}"""));
        Assert.Equal(JoseRefusal.TooLarge, Refusal($$"""{"keys":[],"x":"{{new string('x', JsonWebKeySet.MaxLength)}}"}"""));
    }

    [Fact]
    public void Selects_by_kid_and_algorithm()
    {
        Assert.Same(Given.Ps256.PublicKey, Given.Keys.Select(Given.Ps256.Kid, SignatureAlgorithm.PS256).ValueOrNull);
        Assert.Equal(JoseRefusal.AlgorithmNotAllowed, Given.Keys.Select(Given.Ps256.Kid, SignatureAlgorithm.RS256).Refused?.Reason);
        Assert.Equal(JoseRefusal.KeyUnknown, Given.Keys.Select(Given.Stranger.Kid, SignatureAlgorithm.RS256).Refused?.Reason);
        Assert.Equal(JoseRefusal.KeyUnknown, Given.Keys.Select("", SignatureAlgorithm.RS256).Refused?.Reason);
    }

    [Fact]
    public void Compares_kids_as_text_and_in_their_case()
    {
        var set = Vectors.Set(Given.EcJwk("\"kid\":\"Key\","));

        Assert.NotNull(set.Select("Key", SignatureAlgorithm.ES256).ValueOrNull);
        Assert.Equal(JoseRefusal.KeyUnknown, set.Select("key", SignatureAlgorithm.ES256).Refused?.Reason);
        Assert.Equal(JoseRefusal.KeyUnknown, set.Select("Kеy", SignatureAlgorithm.ES256).Refused?.Reason); // a Cyrillic е
    }

    [Fact]
    public void A_token_without_kid_gets_the_only_key_that_fits_and_otherwise_none()
    {
        Assert.Same(Given.Es256.PublicKey, Given.Keys.Select(null, SignatureAlgorithm.ES256).ValueOrNull);
        Assert.Equal(JoseRefusal.KeyUnknown, new JsonWebKeySet([]).Select(null, SignatureAlgorithm.RS256).Refused?.Reason);
        Assert.Equal(JoseRefusal.KeyUnknown, new JsonWebKeySet([Given.Es256.PublicKey]).Select(null, SignatureAlgorithm.RS256).Refused?.Reason);

        var two = new JsonWebKeySet([Given.Rs256.PublicKey, Given.Stranger.PublicKey]);
        Assert.Equal(JoseRefusal.KeyAmbiguous, two.Select(null, SignatureAlgorithm.RS256).Refused?.Reason);
    }

    [Fact]
    public void Two_keys_of_one_kid_serve_only_where_their_algorithms_differ()
    {
        var set = Vectors.Set(Given.RsaJwk(2048, ",\"kid\":\"1\",\"alg\":\"RS256\""), Given.EcJwk("\"kid\":\"1\","), Given.EcJwk("\"kid\":\"2\","), Given.EcJwk("\"kid\":\"2\","));

        Assert.Equal("EC", set.Select("1", SignatureAlgorithm.ES256).ValueOrNull?.KeyType);
        Assert.Equal("RSA", set.Select("1", SignatureAlgorithm.RS256).ValueOrNull?.KeyType);
        Assert.Equal(JoseRefusal.KeyAmbiguous, set.Select("2", SignatureAlgorithm.ES256).Refused?.Reason);
    }

    private static JoseRefusal? Refusal(string json) => JsonWebKeySet.Parse(Encoding.UTF8.GetBytes(json)).Refused?.Reason;
}
