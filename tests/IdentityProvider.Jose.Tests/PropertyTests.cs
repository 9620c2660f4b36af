using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace IdentityProvider.Jose.Tests;

/// <summary>Whatever comes in, the answer is a value: no text, no bytes, no header and no claims make the project throw.</summary>
public sealed class PropertyTests
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(2000);

    /// <summary>Pieces of JSON, good and bad, from which headers and claims are made at random.</summary>
    private static readonly string[] Values =
    [
        "0", "-1", "1e400", "-1e400", "1.5", "99999999999999999999", "null", "true", "\"\"", "\"RS256\"", "\"none\"", "\"at+jwt\"", "[]", "{}", "[[]]", "[\"https://api.example\"]",
        "\"https://issuer.example\"", "\"https://api.example\"", "1767225660", "\"\\ud800\"", "\"\\u0000\"", "\"\u202E\"", "{\"a\":{\"a\":{}}}", "\"", "}", "\\", "[", "nul", "\"\\uZZZZ\"",
    ];

    private static readonly string[] Names = ["alg", "typ", "kid", "crit", "jwk", "iss", "aud", "exp", "nbf", "iat", "sub", "jti", "kty", "n", "e", "crv", "x", "y", "use", "key_ops", "keys", "\\u0061lg", "é", "\\ud800"];

    private static readonly Gen<string> Json =
        from members in Gen.Zip(Gen.Elements(Names), Gen.Elements(Values)).ListOf()
        select $"{{{string.Join(",", members.Select(member => $"\"{member.Item1}\":{member.Item2}"))}}}";

    [Fact]
    public void No_text_makes_the_verifier_throw() =>
        Prop.ForAll<string?>(text => Refused(text ?? "")).Check(Thorough);

    [Fact]
    public void No_three_parts_make_the_verifier_throw() =>
        Prop.ForAll<byte[], byte[], byte[]>((header, payload, signature) =>
            Refused($"{CanonicalBase64Url.Encode(header)}.{CanonicalBase64Url.Encode(payload)}.{CanonicalBase64Url.Encode(signature)}")).Check(Thorough);

    [Fact]
    public void No_header_makes_the_verifier_throw() =>
        Prop.ForAll(Json.ToArbitrary(), header => Refused(Given.Token(header, Given.Claims(), Given.Es256))).Check(Thorough);

    [Fact]
    public void No_signed_claims_make_the_verifier_throw() =>
        Prop.ForAll(Json.ToArbitrary(), claims => Answers(Given.Token(Given.Header(Given.Es256), claims, Given.Es256))).Check(Thorough);

    [Fact]
    public void No_claims_beside_good_ones_make_the_verifier_throw() =>
        Prop.ForAll(Json.ToArbitrary(), claims => Answers(Given.Token(Given.Header(Given.Es256), Given.Claims(claims[1..^1] is { Length: > 0 } more ? more + "," : ""), Given.Es256))).Check(Thorough);

    [Fact]
    public void No_bytes_make_the_readers_of_keys_throw() =>
        Prop.ForAll<byte[]>(bytes => JsonWebKey.Parse(bytes).ValueOrNull is null && JsonWebKeySet.Parse(bytes).ValueOrNull is null).Check(Thorough);

    [Fact]
    public void No_json_makes_the_readers_of_keys_throw() =>
        Prop.ForAll(Json.ToArbitrary(), json =>
        {
            _ = JsonWebKey.Parse(Encoding.UTF8.GetBytes(json));
            _ = JsonWebKeySet.Parse(Encoding.UTF8.GetBytes(json));
            _ = JsonWebKeySet.Parse(Encoding.UTF8.GetBytes($"{{\"keys\":[{json}]}}"));
        }).Check(Thorough);

    [Fact]
    public void A_good_token_with_bytes_overwritten_is_refused_unless_it_is_the_same() =>
        Prop.ForAll<int, char>((position, replacement) =>
        {
            var good = Given.Token(Given.Header(Given.Es256), Given.Claims(), Given.Es256);
            var changed = good.ToCharArray();
            changed[(int)((uint)position % changed.Length)] = replacement;
            return new string(changed) == good || Refused(new string(changed));
        }).Check(Thorough);

    [Fact]
    public void Bytes_have_one_spelling_and_it_is_read_back() =>
        Prop.ForAll<byte[]>(bytes => CanonicalBase64Url.DecodeOrNull(CanonicalBase64Url.Encode(bytes))!.SequenceEqual(bytes)).Check(Thorough);

    [Fact]
    public void Text_that_is_read_is_the_text_that_would_be_written() =>
        Prop.ForAll(
            Gen.ArrayOf(Gen.Elements("ABCDabcd0189-_=+/ \n".ToCharArray())).Select(characters => new string(characters)).ToArbitrary(),
            text => CanonicalBase64Url.DecodeOrNull(text) is not { } bytes || CanonicalBase64Url.Encode(bytes) == text).Check(Thorough);

    private static bool Refused(string token) => Jwt.Verify(token, Given.Keys, Given.Expectations, Given.Now) is JwtVerification.Refused;

    private static bool Answers(string token) => Jwt.Verify(token, Given.Keys, Given.Expectations, Given.Now) is not null;
}
