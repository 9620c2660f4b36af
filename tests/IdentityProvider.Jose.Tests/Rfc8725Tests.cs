using System.Security.Cryptography;
using System.Text;

namespace IdentityProvider.Jose.Tests;

/// <summary>RFC 8725, JWT best current practices: its threats (§2) tried as an attacker would, each on a token that is otherwise good.</summary>
public sealed class Rfc8725Tests
{
    [Fact]
    public void Threat_2_1_a_signature_stripped_and_alg_set_to_none()
    {
        var stripped = Given.SigningInput(Given.Token(Given.Header(Given.Rs256).Replace("RS256", "none", StringComparison.Ordinal), Given.Claims())) + ".";

        Assert.Equal(JoseRefusal.AlgorithmNone, Given.Refusal(stripped));
    }

    [Fact]
    public void Threat_2_1_a_signature_stripped_and_alg_left()
    {
        foreach (var key in new[] { Given.Rs256, Given.Ps256, Given.Es256 })
            Assert.Equal(JoseRefusal.SignatureInvalid, Given.Refusal(Given.SigningInput(Given.Token(Given.Header(key), Given.Claims(), key)) + "."));
    }

    [Fact]
    public void Threat_2_1_the_public_key_as_the_secret_of_an_hmac()
    {
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(Given.Rs256.ExportPkcs8(), out _);
        byte[][] secrets =
        [
            rsa.ExportSubjectPublicKeyInfo(), rsa.ExportRSAPublicKey(), Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem()),
            rsa.ExportParameters(false).Modulus!, Given.Keys.ToUtf8Bytes(),
        ];

        foreach (var alg in new[] { "HS256", "hs256" })
        {
            var token = Given.Token(Given.Header(Given.Rs256).Replace("RS256", alg, StringComparison.Ordinal), Given.Claims());
            foreach (var secret in secrets)
            {
                var forged = Given.WithSignature(token, HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(Given.SigningInput(token))));
                Assert.Equal(JoseRefusal.AlgorithmSymmetric, Given.Refusal(forged));
            }
        }
    }

    [Theory]
    [InlineData("RS256", "PS256")]
    [InlineData("RS256", "ES256")]
    [InlineData("PS256", "RS256")]
    [InlineData("PS256", "ES256")]
    [InlineData("ES256", "RS256")]
    [InlineData("ES256", "PS256")]
    public void Threat_2_1_a_kid_that_names_a_key_of_another_algorithm(string signer, string named)
    {
        var header = $$"""{"alg":"{{signer}}","typ":"at+jwt","kid":"{{Given.Key(named).Kid}}"}""";

        Assert.Equal(JoseRefusal.AlgorithmNotAllowed, Given.Refusal(Given.Token(header, Given.Claims(), Given.Key(signer))));
    }

    [Fact]
    public void Threat_2_1_one_rsa_key_serves_one_padding_even_when_the_signature_by_the_other_is_right()
    {
        using var samePss = SigningKey.FromPkcs8(SignatureAlgorithm.PS256, Given.Rs256.ExportPkcs8());
        Assert.Equal(Given.Rs256.Kid, samePss.Kid);

        Assert.Equal(JoseRefusal.AlgorithmNotAllowed, Given.Refusal(Given.Token(Given.Header(samePss), Given.Claims(), samePss)));
        Assert.Equal(JoseRefusal.SignatureInvalid, Given.Refusal(Given.Token(Given.Header(Given.Rs256), Given.Claims(), samePss)));
    }

    [Fact]
    public void Threat_2_1_a_key_that_names_no_algorithm_still_verifies_by_the_one_that_the_header_names_alone()
    {
        using var rs = SigningKey.FromPkcs8(SignatureAlgorithm.RS256, Vectors.Pkcs8(Vectors.RsaPrivate));
        using var ps = SigningKey.FromPkcs8(SignatureAlgorithm.PS256, Vectors.Pkcs8(Vectors.RsaPrivate));
        var keys = Vectors.Set(Vectors.RsaPublic);

        Assert.Null(Given.Refusal(Given.Token(Given.Header(rs), Given.Claims(), rs), keys: keys));
        Assert.Null(Given.Refusal(Given.Token(Given.Header(ps), Given.Claims(), ps), keys: keys));
        Assert.Equal(JoseRefusal.SignatureInvalid, Given.Refusal(Given.Token(Given.Header(ps), Given.Claims(), rs), keys: keys));
        Assert.Equal(JoseRefusal.SignatureInvalid, Given.Refusal(Given.Token(Given.Header(rs), Given.Claims(), ps), keys: keys));
    }

    public static TheoryData<string, byte[]> StrangeEcdsaSignatures
    {
        get
        {
            byte[] zero = new byte[32], order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
            byte[] one = [.. new byte[31], 1];
            return new()
            {
                { "r = s = 0", [.. zero, .. zero] },
                { "r = 0", [.. zero, .. one] },
                { "s = 0", [.. one, .. zero] },
                { "r = s = n", [.. order, .. order] },
                { "r = n, s = 1", [.. order, .. one] },
                { "r = s = 2^256 - 1", Enumerable.Repeat((byte)0xFF, 64).ToArray() },
                { "empty", [] },
                { "63 bytes", new byte[63] },
                { "65 bytes", new byte[65] },
                { "DER of two zeros", [0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00] },
            };
        }
    }

    [Theory]
    [MemberData(nameof(StrangeEcdsaSignatures))]
    public void Section_3_3_ecdsa_signatures_that_a_careless_library_takes(string what, byte[] signature)
    {
        Assert.NotEmpty(what);
        Assert.Equal(JoseRefusal.SignatureInvalid, Given.Refusal(Given.WithSignature(Given.Token(Given.Header(Given.Es256), Given.Claims(), Given.Es256), signature)));
    }

    [Fact]
    public void Section_3_3_a_right_ecdsa_signature_in_der_or_with_a_byte_more_or_less()
    {
        using var ec = ECDsa.Create();
        ec.ImportPkcs8PrivateKey(Given.Es256.ExportPkcs8(), out _);
        var token = Given.Token(Given.Header(Given.Es256), Given.Claims(), Given.Es256);
        var input = Encoding.ASCII.GetBytes(Given.SigningInput(token));
        var fixedForm = ec.SignData(input, HashAlgorithmName.SHA256);

        Assert.Null(Given.Refusal(Given.WithSignature(token, fixedForm)));
        foreach (var other in new byte[][] { ec.SignData(input, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence), [.. fixedForm, 0], [0, .. fixedForm], fixedForm[..^1] })
            Assert.Equal(JoseRefusal.SignatureInvalid, Given.Refusal(Given.WithSignature(token, other)));
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    public void Section_3_3_rsa_signatures_of_zero_one_the_modulus_and_of_other_lengths(string algorithm)
    {
        var key = Given.Key(algorithm);
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(key.ExportPkcs8(), out _);
        var token = Given.Token(Given.Header(key), Given.Claims(), key);
        var right = Vectors.Bytes(token.Split('.')[2]);

        Assert.Null(Given.Refusal(token));
        foreach (var wrong in new byte[][] { new byte[256], [.. new byte[255], 1], rsa.ExportParameters(false).Modulus!, [.. Enumerable.Repeat((byte)0xFF, 256)], right[..^1], [0, .. right], [.. right, 0], [] })
            Assert.Equal(JoseRefusal.SignatureInvalid, Given.Refusal(Given.WithSignature(token, wrong)));
    }

    [Fact]
    public void Section_3_3_a_signature_over_another_hash()
    {
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(Given.Rs256.ExportPkcs8(), out _);
        var token = Given.TokenWith(Given.Claims());
        var input = Encoding.ASCII.GetBytes(Given.SigningInput(token));

        foreach (var hash in new[] { HashAlgorithmName.SHA1, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512 })
            Assert.Equal(JoseRefusal.SignatureInvalid, Given.Refusal(Given.WithSignature(token, rsa.SignData(input, hash, RSASignaturePadding.Pkcs1))));
    }

    [Fact]
    public void Threat_2_7_a_token_by_a_key_that_the_caller_does_not_have_whatever_kid_it_says()
    {
        Assert.Equal(JoseRefusal.KeyUnknown, Given.Refusal(Given.Token(Given.Header(Given.Stranger), Given.Claims(), Given.Stranger)));
        Assert.Equal(JoseRefusal.SignatureInvalid, Given.Refusal(Given.Token(Given.Header(Given.Rs256), Given.Claims(), Given.Stranger)));
    }

    [Theory]
    [InlineData("../../keys/other")]
    [InlineData("' OR 1=1 --")]
    [InlineData("https://attacker.example/key")]
    [InlineData("")]
    public void Section_3_10_a_kid_is_looked_up_and_nothing_else(string kid) =>
        Assert.Equal(JoseRefusal.KeyUnknown, Given.Refusal(Given.Token($$"""{"alg":"RS256","typ":"at+jwt","kid":"{{kid}}"}""", Given.Claims())));

    [Fact]
    public void Section_3_10_a_token_that_brings_its_own_key()
    {
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(Given.Stranger.ExportPkcs8(), out _);
        var p = rsa.ExportParameters(false);
        var header = $$"""{"alg":"RS256","typ":"at+jwt","jwk":{{Given.RsaJwk(p.Modulus!, p.Exponent!)}}}""";

        Assert.Equal(JoseRefusal.EmbeddedKey, Given.Refusal(Given.Token(header, Given.Claims(), Given.Stranger)));
    }

    [Theory]
    [InlineData("JWT")]
    [InlineData("logout+jwt")]
    [InlineData("dpop+jwt")]
    [InlineData("statuslist+jwt")]
    public void Threat_2_8_a_token_of_one_kind_shown_where_another_is_expected(string typ)
    {
        var token = Jws.Sign(Given.Rs256, typ, Encoding.UTF8.GetBytes(Given.Claims()));

        Assert.Equal(JoseRefusal.TypUnexpected, Given.Refusal(token));
        Assert.Null(Given.Refusal(token, Given.Expectations with { Typ = typ }));
    }

    [Fact]
    public void Threat_2_3_a_token_within_a_token()
    {
        var inner = Given.TokenWith(Given.Claims());

        Assert.Equal(JoseRefusal.NestedToken, Given.Refusal(Given.Token(Given.Header(Given.Rs256, ",\"cty\":\"JWT\""), inner)));
        Assert.Equal(JoseRefusal.Malformed, Given.Refusal(Given.Token(Given.Header(Given.Rs256), inner)));
    }

    [Fact]
    public void Threat_2_6_the_same_claims_in_utf_16()
    {
        var token = Given.Token(Encoding.UTF8.GetBytes(Given.Header(Given.Rs256)), Encoding.Unicode.GetBytes(Given.Claims()), Given.Rs256);

        Assert.Equal(JoseRefusal.Malformed, Given.Refusal(token));
    }

    [Fact]
    public void A_part_of_one_token_does_not_go_with_parts_of_another()
    {
        var (one, two) = (Given.TokenWith(Given.Claims("\"sub\":\"a\",")).Split('.'), Given.TokenWith(Given.Claims("\"sub\":\"b\",")).Split('.'));

        Assert.Equal(JoseRefusal.SignatureInvalid, Given.Refusal($"{one[0]}.{two[1]}.{one[2]}"));
        Assert.Equal(JoseRefusal.SignatureInvalid, Given.Refusal($"{one[0]}.{one[1]}.{two[2]}"));
    }
}
