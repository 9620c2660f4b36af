using System.Text;

namespace IdentityProvider.Jose.Tests;

/// <summary>The list of refusals is neither longer nor shorter than what happens: each value comes out of a real call.</summary>
public sealed class RefusalTests
{
    private static readonly Dictionary<JoseRefusal, Func<JoseRefusal?>> Produced = new()
    {
        [JoseRefusal.TooLarge] = () => Given.Refusal(new string('A', Jws.MaxLength + 1)),
        [JoseRefusal.NotCompact] = () => Given.Refusal("e30.e30"),
        [JoseRefusal.Base64UrlNotCanonical] = () => Given.Refusal("e30=.e30.AA"),
        [JoseRefusal.Malformed] = () => Given.Refusal(Given.TokenWith("[]")),
        [JoseRefusal.TooDeep] = () => Given.Refusal(Given.TokenWith(new string('[', 17))),
        [JoseRefusal.DuplicateMember] = () => Given.Refusal(Given.TokenWith("""{"iss":1,"iss":1}""")),
        [JoseRefusal.HeaderMalformed] = () => Given.Refusal(Given.Token("{}", "{}")),
        [JoseRefusal.AlgorithmNone] = () => Given.Refusal(Given.Token("""{"alg":"none"}""", "{}")),
        [JoseRefusal.AlgorithmSymmetric] = () => Given.Refusal(Given.Token("""{"alg":"HS256"}""", "{}")),
        [JoseRefusal.AlgorithmNotAllowed] = () => Given.Refusal(Given.Token("""{"alg":"RS512"}""", "{}")),
        [JoseRefusal.CriticalHeader] = () => Given.Refusal(Given.Token("""{"alg":"RS256","crit":[]}""", "{}")),
        [JoseRefusal.EmbeddedKey] = () => Given.Refusal(Given.Token("""{"alg":"RS256","jwk":{}}""", "{}")),
        [JoseRefusal.NestedToken] = () => Given.Refusal(Given.Token("""{"alg":"RS256","cty":"JWT"}""", "{}")),
        [JoseRefusal.TypUnexpected] = () => Given.Refusal(Given.Token("""{"alg":"RS256","typ":"JWT"}""", "{}")),
        [JoseRefusal.KeyUnknown] = () => Given.Refusal(Given.TokenWith("{}"), keys: new JsonWebKeySet([])),
        [JoseRefusal.KeyAmbiguous] = () => Given.Refusal(Given.TokenWith("{}"), keys: new JsonWebKeySet([Given.Rs256.PublicKey, Given.Rs256.PublicKey])),
        [JoseRefusal.SignatureInvalid] = () => Given.Refusal(Given.Token(Given.Header(Given.Rs256), "{}", Given.Stranger)),
        [JoseRefusal.KeyMalformed] = () => Given.JwkRefusal("{}"),
        [JoseRefusal.KeyPrivate] = () => Given.JwkRefusal(Vectors.RsaPrivate),
        [JoseRefusal.KeySymmetric] = () => Given.JwkRefusal("""{"kty":"oct"}"""),
        [JoseRefusal.KeyTypeUnsupported] = () => Given.JwkRefusal("""{"kty":"OKP"}"""),
        [JoseRefusal.KeyTooWeak] = () => Given.JwkRefusal(Given.RsaJwk(1024)),
        [JoseRefusal.KeyTooLarge] = () => Given.JwkRefusal(Given.RsaJwk(Enumerable.Repeat((byte)255, 1025).ToArray(), [1, 0, 1])),
        [JoseRefusal.KeyUseUnexpected] = () => Given.JwkRefusal(Vectors.EcForEncryption),
        [JoseRefusal.KeyAlgorithmMismatch] = () => Given.JwkRefusal(Given.EcJwk("\"alg\":\"RS256\",")),
        [JoseRefusal.ClaimMissing] = () => Given.Refusal(Given.TokenWith("{}")),
        [JoseRefusal.ClaimMalformed] = () => Given.Refusal(Given.TokenWith("""{"iss":1}""")),
        [JoseRefusal.IssuerUnexpected] = () => Given.Refusal(Given.TokenWith("""{"iss":"x"}""")),
        [JoseRefusal.AudienceUnexpected] = () => Given.Refusal(Given.TokenWith(Given.Claims()), Given.Expectations with { Audience = "x" }),
        [JoseRefusal.Expired] = () => Given.Refusal(Given.TokenWith($$"""{"iss":"{{Given.Issuer}}","aud":"{{Given.Audience}}","exp":0}""")),
        [JoseRefusal.NotYetValid] = () => Given.Refusal(Given.TokenWith(Given.Claims("\"nbf\":1e300,"))),
        [JoseRefusal.IssuedInTheFuture] = () => Given.Refusal(Given.TokenWith(Given.Claims("\"iat\":1e300,"))),
        [JoseRefusal.LifetimeTooLong] = () => Given.Refusal(Given.TokenWith(Given.Claims("\"iat\":0,")), Given.Expectations with { MaxLifetime = TimeSpan.FromHours(1) }),
        [JoseRefusal.TooOld] = () => Given.Refusal(Given.TokenWith(Given.Claims("\"iat\":0,")), Given.Expectations with { MaxAge = TimeSpan.FromHours(1) }),
        [JoseRefusal.MethodUnexpected] = () => DPoPProofTests.Refusal(DPoPProofTests.Proof(Given.Es256, DPoPProofTests.Claims(method: "GET"))),
        [JoseRefusal.TargetUnexpected] = () => DPoPProofTests.Refusal(DPoPProofTests.Proof(Given.Es256, DPoPProofTests.Claims(target: "https://x.example"))),
        [JoseRefusal.AccessTokenUnexpected] = () => DPoPProofTests.Refusal(
            DPoPProofTests.Proof(Given.Es256, DPoPProofTests.Claims("\"ath\":\"x\",")), new() { Method = "POST", TargetUri = "https://issuer.example/token", AccessToken = "y" }),
    };

    public static TheoryData<JoseRefusal> All => [.. Enum.GetValues<JoseRefusal>()];

    [Theory]
    [MemberData(nameof(All))]
    public void Every_refusal_is_produced(JoseRefusal refusal) => Assert.Equal(refusal, Produced[refusal]());

    [Fact]
    public void No_detail_repeats_what_came_from_outside()
    {
        const string outside = "SECRET-FROM-OUTSIDE";
        string[] tokens =
        [
            outside, Given.Token($$"""{"alg":"{{outside}}"}""", "{}"), Given.Token($$"""{"alg":"RS256","typ":"{{outside}}"}""", "{}"),
            Given.Token($$"""{"alg":"RS256","typ":"at+jwt","kid":"{{outside}}"}""", "{}"), Given.TokenWith(outside), Given.TokenWith($$"""{"iss":"{{outside}}"}"""),
            Given.TokenWith($$"""{"iss":"{{Given.Issuer}}","aud":"{{outside}}"}"""), Given.TokenWith($$"""{"iss":"{{Given.Issuer}}","aud":"{{Given.Audience}}","exp":"{{outside}}"}"""),
        ];
        string[] keys = [outside, $$"""{"kty":"{{outside}}"}""", Given.EcJwk($"\"alg\":\"{outside}\","), Given.EcJwk($"\"use\":\"{outside}\","), Given.EcJwk($"\"key_ops\":[\"{outside}\"],")];

        foreach (var token in tokens)
            Assert.DoesNotContain(outside, Assert.IsType<JwtVerification.Refused>(Jwt.Verify(token, Given.Keys, Given.Expectations, Given.Now)).Detail, StringComparison.Ordinal);
        foreach (var key in keys)
            Assert.DoesNotContain(outside, JsonWebKey.Parse(Encoding.UTF8.GetBytes(key)).Refused!.ToString(), StringComparison.Ordinal);
    }
}
