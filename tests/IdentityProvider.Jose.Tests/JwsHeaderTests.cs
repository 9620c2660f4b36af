using System.Text;

namespace IdentityProvider.Jose.Tests;

/// <summary>The header is believed in nothing but alg, kid and typ, and in those as little as can be.</summary>
public sealed class JwsHeaderTests
{
    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("nOnE")]
    public void Refuses_none_in_any_case(string alg) => Assert.Equal(JoseRefusal.AlgorithmNone, RefusalOfAlg(alg));

    [Theory]
    [InlineData("HS256")]
    [InlineData("HS384")]
    [InlineData("HS512")]
    [InlineData("hs256")]
    [InlineData("HS1")]
    public void Refuses_every_hmac(string alg) => Assert.Equal(JoseRefusal.AlgorithmSymmetric, RefusalOfAlg(alg));

    [Theory]
    [InlineData("")]
    [InlineData("rs256")]
    [InlineData("RS256 ")]
    [InlineData("RS256\\u0000")]
    [InlineData("ＲＳ256")]
    [InlineData("none\\u0000")]
    [InlineData("RS384")]
    [InlineData("RS512")]
    [InlineData("ES512")]
    [InlineData("EdDSA")]
    [InlineData("RSA-OAEP")]
    [InlineData("dir")]
    [InlineData("PBES2-HS256+A128KW")]
    public void Refuses_every_algorithm_that_is_not_ours_by_its_exact_name(string alg) => Assert.Equal(JoseRefusal.AlgorithmNotAllowed, RefusalOfAlg(alg));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"alg":null}""")]
    [InlineData("""{"alg":256}""")]
    [InlineData("""{"alg":["RS256"]}""")]
    [InlineData("""{"ALG":"RS256"}""")]
    [InlineData("""{"alg":"RS256","kid":1}""")]
    [InlineData("""{"alg":"RS256","kid":null}""")]
    [InlineData("""{"alg":"RS256","kid":{"a":"b"}}""")]
    public void Refuses_members_of_the_wrong_type(string header) => Assert.Equal(JoseRefusal.HeaderMalformed, RefusalOf(header));

    [Theory]
    [InlineData("crit", """["exp"]""", JoseRefusal.CriticalHeader)]
    [InlineData("crit", "[]", JoseRefusal.CriticalHeader)]
    [InlineData("crit", "null", JoseRefusal.CriticalHeader)]
    [InlineData("b64", "false", JoseRefusal.CriticalHeader)]
    [InlineData("b64", "true", JoseRefusal.CriticalHeader)]
    [InlineData("jwk", "{}", JoseRefusal.EmbeddedKey)]
    [InlineData("jku", "\"https://attacker.example/jwks\"", JoseRefusal.EmbeddedKey)]
    [InlineData("x5u", "\"https://attacker.example/cert\"", JoseRefusal.EmbeddedKey)]
    [InlineData("x5c", "[]", JoseRefusal.EmbeddedKey)]
    [InlineData("cty", "\"JWT\"", JoseRefusal.NestedToken)]
    [InlineData("zip", "\"DEF\"", JoseRefusal.NestedToken)]
    [InlineData("enc", "\"A128GCM\"", JoseRefusal.NestedToken)]
    public void Refuses_extensions_keys_and_nesting_whatever_their_value(string name, string value, JoseRefusal reason)
    {
        Assert.Equal(reason, RefusalOf(Given.Header(Given.Rs256, $",\"{name}\":{value}")));
        Assert.Equal(reason, RefusalOf(Given.Header(Given.Rs256, $",\"\\u{(int)name[0]:x4}{name[1..]}\":{value}"))); // spelled with an escape
    }

    [Theory]
    [InlineData("x5t", "\"AAAA\"")]
    [InlineData("x5t#S256", "\"AAAA\"")]
    [InlineData("unknown", "{\"a\":[1,2]}")]
    public void Ignores_what_says_nothing_critical(string name, string value) => Assert.Null(RefusalOf(Given.Header(Given.Rs256, $",\"{name}\":{value}")));

    [Theory]
    [InlineData(""","alg":"RS256" """)]
    [InlineData(""","alg":"none" """)]
    [InlineData(""","\u0061lg":"none" """)]
    [InlineData(""","x":{"y":1,"y":2}""")]
    [InlineData(""","x":[{"y":1,"\u0079":2}]""")]
    public void Refuses_a_member_that_comes_twice_at_any_depth_and_in_any_spelling(string more) =>
        Assert.Equal(JoseRefusal.DuplicateMember, RefusalOf(Given.Header(Given.Rs256, more)));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"alg\"")]
    [InlineData("{\"alg\":\"RS256\"")]
    [InlineData("{\"alg\":\"RS256\"}{}")]
    [InlineData("{\"alg\":\"RS256\"}\0")]
    [InlineData("{\"alg\":\"RS256\",}")]
    [InlineData("{\"alg\":\"RS256\"}//")]
    [InlineData("/**/{\"alg\":\"RS256\"}")]
    [InlineData("{alg:\"RS256\"}")]
    [InlineData("{'alg':'RS256'}")]
    [InlineData("\uFEFF{\"alg\":\"RS256\"}")]
    [InlineData("{\"alg\":\"RS256\",\"kid\":\"\\ud800\"}")]
    [InlineData("{\"alg\":\"RS256\",\"kid\":\"\\udc00\\ud800\"}")]
    [InlineData("{\"alg\":\"RS256\",\"\\ud800\":1}")]
    [InlineData("{\"alg\":\"RS256\",\"kid\":\"\\")]
    [InlineData("{\"alg\":\"RS256\",\"kid\":\"\\u12")]
    [InlineData("{\"alg\":\"RS256\",\"kid\":\"a\nb\"}")]
    public void Refuses_what_is_not_one_strict_json_object(string header)
    {
        var expected = header.Length == 0 ? JoseRefusal.NotCompact : JoseRefusal.Malformed;
        Assert.Equal(expected, RefusalOf(header));
    }

    [Fact]
    public void Takes_a_whole_surrogate_pair() => Assert.Null(RefusalOf(Given.Header(Given.Rs256, ",\"x\":\"\\ud83d\\ude00\\\\ud800\"")));

    [Theory]
    [InlineData(0xFF)] // never in UTF-8
    [InlineData(0xC0)] // begins an overlong form
    [InlineData(0xED)] // begins an encoded surrogate
    public void Refuses_bytes_that_are_not_utf8(byte wrong)
    {
        var header = Encoding.UTF8.GetBytes(Given.Header(Given.Rs256, ",\"x\":\"?\""));
        header[Array.LastIndexOf(header, (byte)'?')] = wrong;

        Assert.Equal(JoseRefusal.Malformed, Given.Refusal(Given.Token(header, Encoding.UTF8.GetBytes(Given.Claims()), Given.Rs256)));
    }

    [Fact]
    public void Refuses_json_that_is_nested_too_deep_and_takes_what_just_fits()
    {
        static string Nested(int depth) => Given.Header(Given.Rs256, $",\"x\":{new string('[', depth - 1)}{new string(']', depth - 1)}");

        Assert.Null(RefusalOf(Nested(16)));
        Assert.Equal(JoseRefusal.TooDeep, RefusalOf(Nested(17)));
        Assert.Equal(JoseRefusal.TooDeep, RefusalOf(new string('[', 10_000)));
        Assert.Null(RefusalOf(Given.Header(Given.Rs256, ",\"x\":\"[[[[[[[[[[[[[[[[[[[[{{{{{{{{\\\"[[[\"")));
    }

    private static JoseRefusal? RefusalOfAlg(string alg) => RefusalOf($$"""{"alg":"{{alg}}","typ":"at+jwt","kid":"{{Given.Rs256.Kid}}"}""");

    private static JoseRefusal? RefusalOf(string header) => Given.Refusal(Given.Token(header, Given.Claims()));
}
