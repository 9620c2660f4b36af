using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Verifier.Rules;

namespace IdentityProvider.Verifier.Tests;

/// <summary>The pure decision: token, keys, lists and the moment in, an outcome out.</summary>
public sealed class TokenRulesTests
{
    [Fact]
    public void Accepts_a_good_token_and_reads_it()
    {
        var token = Accepted(Given.Token(new() { ["auth_time"] = Given.Seconds(Given.Now), ["acr"] = "urn:strong" }));
        Assert.Equal("alice", token.Subject);
        Assert.Equal("app", token.ClientId);
        Assert.Equal("jti-1", token.Jti);
        Assert.Equal(["orders.read", "profile"], token.Scopes);
        Assert.True(token.HasScope("orders.read"));
        Assert.False(token.HasScope("orders"));
        Assert.Equal(Given.Now.AddSeconds(900), token.ExpiresAt);
        Assert.Equal(Given.Now, token.AuthTime);
        Assert.Equal("urn:strong", token.Acr);
    }

    [Fact]
    public void Accepts_each_algorithm_of_the_options() => Accepted(Given.Token(key: Given.Es256));

    [Fact]
    public void Accepts_an_audience_among_others() => Accepted(Given.Token(new() { ["aud"] = new JsonArray("https://other.example", Given.Audience) }));

    [Theory]
    [InlineData("not a token")]
    [InlineData("a.b.c")]
    [InlineData("")]
    public void Refuses_what_is_no_token(string token) => Assert.Equal(VerifierRefusal.TokenMalformed, Refusal(token));

    [Fact]
    public void Refuses_another_kind_of_token_of_the_same_issuer() =>
        Assert.Equal(VerifierRefusal.TypUnexpected, Refusal(Given.Sign(Given.TokenClaims(), "JWT")));

    [Fact]
    public void Refuses_another_issuer() => Assert.Equal(VerifierRefusal.IssuerUnexpected, Refusal(Given.Token(new() { ["iss"] = "https://issuer.example/" })));

    [Fact]
    public void Refuses_another_audience() => Assert.Equal(VerifierRefusal.AudienceUnexpected, Refusal(Given.Token(new() { ["aud"] = "https://other.example" })));

    [Theory]
    [InlineData(29, null)]
    [InlineData(30, VerifierRefusal.Expired)]
    public void Refuses_an_expired_token_after_the_skew(int secondsPast, VerifierRefusal? expected) =>
        Assert.Equal(expected, Refusal(Given.Token(new() { ["exp"] = Given.Seconds(Given.Now) - secondsPast })));

    [Theory]
    [InlineData("iat", 30, null)]
    [InlineData("iat", 31, VerifierRefusal.NotYetValid)]
    [InlineData("nbf", 31, VerifierRefusal.NotYetValid)]
    public void Refuses_a_token_of_the_future_beyond_the_skew(string claim, int secondsAhead, VerifierRefusal? expected) =>
        Assert.Equal(expected, Refusal(Given.Token(new() { [claim] = Given.Seconds(Given.Now) + secondsAhead })));

    [Theory]
    [InlineData("sub")]
    [InlineData("client_id")]
    [InlineData("iat")]
    [InlineData("jti")]
    [InlineData("exp")]
    [InlineData("aud")]
    [InlineData("iss")]
    public void Refuses_a_token_without_a_claim_that_each_has(string claim) =>
        Assert.Equal(VerifierRefusal.ClaimMissing, Refusal(Given.Token(new() { [claim] = null })));

    [Theory]
    [InlineData("""{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}""")]
    [InlineData("""{"x5t#S256":"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}""")]
    [InlineData("""{}""")]
    [InlineData("null")]
    public void Refuses_a_bound_token_whose_proof_nobody_checked(string confirmation)
    {
        var payload = Given.TokenClaims().ToJsonString()[..^1] + ",\"cnf\":" + confirmation + "}";
        Assert.Equal(VerifierRefusal.ProofMissing, Refusal(Jws.Sign(Given.Rs256, "at+jwt", Encoding.UTF8.GetBytes(payload))));
    }

    [Fact]
    public void Without_keys_nothing_is_decided()
    {
        var decision = TokenRules.Decide(Given.Token(), null, Given.Lists(), Given.Expected, Given.Now);
        Assert.Equal((VerifierRefusal.KeysUnavailable, Need.Now), (decision.Outcome.Reason(), decision.Keys));
    }

    [Theory]
    [InlineData(299, Need.None, null)]
    [InlineData(300, Need.Soon, null)]
    [InlineData(600, Need.Now, null)]
    [InlineData(3600, Need.Now, VerifierRefusal.KeysUnavailable)]
    internal void Keys_go_stale_then_overdue_then_are_refused(int secondsLater, Need need, VerifierRefusal? refusal)
    {
        var now = Given.Now.AddSeconds(secondsLater);
        var token = Given.Token(new() { ["exp"] = Given.Seconds(now) + 60 });
        var decision = TokenRules.Decide(token, Given.Held(), Given.Lists(), Given.Expected, now);
        Assert.Equal((need, refusal), (decision.Keys, decision.Outcome.Reason()));
    }

    [Fact]
    public void An_unknown_kid_asks_for_the_key_set()
    {
        var decision = Decide(Given.Token(key: Given.Stranger));
        Assert.Equal((VerifierRefusal.KeyUnknown, Need.Kid), (decision.Outcome.Reason(), decision.Keys));
    }

    internal static Decision Decide(string token, params StatusList[] lists) => TokenRules.Decide(token, Given.Held(), Given.Lists(lists), Given.Expected, Given.Now);

    internal static VerifierRefusal? Refusal(string token, params StatusList[] lists) => Decide(token, lists).Outcome.Reason();

    private static VerifiedToken Accepted(string token) => Assert.IsType<TokenVerification.Accepted>(Decide(token).Outcome).Token;

    /// <summary>RFC 8725 §2.1, §3.1: the header never chooses how it is believed.</summary>
    public sealed class AlgorithmConfusion
    {
        [Theory]
        [InlineData("none")]
        [InlineData("None")]
        [InlineData("nOnE")]
        public void Refuses_none(string algorithm) =>
            Assert.Equal(VerifierRefusal.AlgorithmNotAllowed, Refusal(Given.Raw(Header(algorithm), Given.TokenClaims().ToJsonString(), _ => [])));

        [Fact]
        public void Refuses_an_HMAC_keyed_by_the_public_key()
        {
            var publicKey = new JsonWebKeySet([Given.Rs256.PublicKey]).ToUtf8Bytes();
            var token = Given.Raw(Header("HS256"), Given.TokenClaims().ToJsonString(), input => HMACSHA256.HashData(publicKey, Encoding.ASCII.GetBytes(input)));
            Assert.Equal(VerifierRefusal.AlgorithmNotAllowed, Refusal(token));
        }

        [Theory]
        [InlineData("ES256")]
        [InlineData("PS256")]
        [InlineData("RS512")]
        public void Refuses_an_algorithm_that_is_not_the_keys(string algorithm) =>
            Assert.Equal(VerifierRefusal.AlgorithmNotAllowed, Refusal(Given.Raw(Header(algorithm), Given.TokenClaims().ToJsonString(), input => Given.Signature(Given.Rs256, input))));

        [Fact]
        public void Refuses_an_algorithm_that_is_the_keys_and_not_the_options()
        {
            var expected = new Expected(Given.Options with { Algorithms = [SignatureAlgorithm.RS256] });
            var outcome = TokenRules.Decide(Given.Token(key: Given.Es256), Given.Held(), Given.Lists(), expected, Given.Now).Outcome;
            Assert.Equal(VerifierRefusal.AlgorithmNotAllowed, outcome.Reason());
        }

        [Theory]
        [InlineData("jwk", "{}")]
        [InlineData("jku", "\"https://evil.example\"")]
        [InlineData("x5u", "\"https://evil.example\"")]
        [InlineData("x5c", "[]")]
        [InlineData("crit", "[\"exp\"]")]
        [InlineData("cty", "\"JWT\"")]
        public void Refuses_a_header_that_brings_a_key_or_an_extension(string member, string value)
        {
            var header = Header("RS256")[..^1] + $",\"{member}\":{value}" + "}";
            Assert.Equal(VerifierRefusal.HeaderNotAllowed, Refusal(Given.Raw(header, Given.TokenClaims().ToJsonString(), input => Given.Signature(Given.Rs256, input))));
        }

        [Fact]
        public void Refuses_a_signature_of_another_key_under_a_known_kid() =>
            Assert.Equal(VerifierRefusal.SignatureInvalid, Refusal(Given.Raw(Header("RS256"), Given.TokenClaims().ToJsonString(), input => Given.Signature(Given.Stranger, input))));

        [Fact]
        public void Refuses_changed_claims()
        {
            var parts = Given.Token().Split('.');
            var claims = CanonicalBase64Url.Encode(Encoding.UTF8.GetBytes(Given.TokenClaims(more: new() { ["sub"] = "root" }).ToJsonString()));
            Assert.Equal(VerifierRefusal.SignatureInvalid, Refusal($"{parts[0]}.{claims}.{parts[2]}"));
        }

        private static string Header(string algorithm) => $$"""{"alg":"{{algorithm}}","typ":"at+jwt","kid":"{{Given.Rs256.Kid}}"}""";
    }
}
