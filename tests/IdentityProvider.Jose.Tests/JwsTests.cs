using System.Text;

namespace IdentityProvider.Jose.Tests;

public sealed class JwsTests
{
    [Theory]
    [MemberData(nameof(Given.Algorithms), MemberType = typeof(Given))]
    public void What_is_signed_verifies_and_says_alg_typ_and_kid(string algorithm)
    {
        var key = Given.Key(algorithm);
        var token = Jws.Sign(key, "statuslist+jwt", "any bytes"u8);

        var verified = Jws.Verify(token, Given.Keys, "statuslist+jwt").ValueOrNull;

        Assert.NotNull(verified);
        Assert.Equal("any bytes"u8.ToArray(), verified.Payload.ToArray());
        Assert.Equal((algorithm, "statuslist+jwt", key.Kid), (verified.Header.Algorithm.Name, verified.Header.Typ, verified.Header.Kid));
        Assert.Equal($$"""{"alg":"{{algorithm}}","typ":"statuslist+jwt","kid":"{{key.Kid}}"}""", Encoding.UTF8.GetString(Vectors.Bytes(token.Split('.')[0])));
    }

    [Theory]
    [MemberData(nameof(Given.Algorithms), MemberType = typeof(Given))]
    public void Every_change_of_one_character_is_refused(string algorithm)
    {
        var token = Given.Token(Given.Header(Given.Key(algorithm)), Given.Claims(), Given.Key(algorithm));
        Assert.Null(Given.Refusal(token));

        for (var i = 0; i < token.Length; i++)
        {
            var changed = token.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            Assert.NotNull(Given.Refusal(new string(changed)));
        }
    }

    [Theory]
    [MemberData(nameof(Given.Algorithms), MemberType = typeof(Given))]
    public void Every_cut_of_the_token_is_refused(string algorithm)
    {
        var token = Given.Token(Given.Header(Given.Key(algorithm)), Given.Claims(), Given.Key(algorithm));

        for (var length = 0; length < token.Length; length++) Assert.NotNull(Given.Refusal(token[..length]));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("...")]
    [InlineData("e30")]
    [InlineData("e30.e30")]
    [InlineData(".e30.AA")]
    [InlineData("e30..AA")]
    [InlineData("e30.e30.AA.AA")]
    [InlineData("eyJhbGciOiJSU0EtT0FFUCJ9.AA.AA.AA.AA")] // JWE
    public void Refuses_what_is_not_three_parts(string token) => Assert.Equal(JoseRefusal.NotCompact, Given.Refusal(token));

    [Theory]
    [InlineData(" {0}")]
    [InlineData("{0} ")]
    [InlineData("{0}\n")]
    [InlineData("{0}=")]
    [InlineData("\uFEFF{0}")]
    public void Refuses_anything_around_a_good_token(string format) =>
        Assert.Equal(JoseRefusal.Base64UrlNotCanonical, Given.Refusal(format.Replace("{0}", Given.TokenWith(Given.Claims()), StringComparison.Ordinal)));

    [Fact]
    public void Refuses_what_is_longer_than_the_limit_and_takes_what_is_not()
    {
        var token = Given.TokenWith(Given.Claims());

        Assert.Null(Given.Refusal(token, Given.Expectations with { MaxLength = token.Length }));
        Assert.Equal(JoseRefusal.TooLarge, Given.Refusal(token, Given.Expectations with { MaxLength = token.Length - 1 }));
        Assert.Equal(JoseRefusal.TooLarge, Given.Refusal(new string('A', Jws.MaxLength + 1)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\"b")]
    [InlineData("a\\b")]
    [InlineData("ä")]
    public void Signs_no_typ_that_is_no_media_type(string typ) => Assert.ThrowsAny<ArgumentException>(() => Jws.Sign(Given.Rs256, typ, "{}"u8));

    [Fact]
    public void A_server_with_many_typs_still_writes_each_right()
    {
        using var key = SigningKey.Generate(SignatureAlgorithm.ES256);
        var keys = new JsonWebKeySet([key.PublicKey]);

        for (var i = 0; i < 100; i++) Assert.NotNull(Jws.Verify(Jws.Sign(key, $"kind-{i}", "{}"u8), keys, $"kind-{i}").ValueOrNull);
    }
}
