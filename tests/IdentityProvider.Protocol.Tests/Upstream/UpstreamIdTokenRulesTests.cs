using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Upstream;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Upstream;

public sealed class UpstreamIdTokenRulesTests
{
    [Fact]
    public void Says_who_signed_in_there_and_in_which_session()
    {
        var identity = Given.Allowed(UpstreamGiven.Verify(UpstreamGiven.IdToken()));
        Assert.Equal(new UpstreamSession(UpstreamGiven.Issuer, "ada", "s1"), identity.Session);
        Assert.Equal(["fed"], identity.Amr);
        Given.Allowed(UpstreamGiven.Verify(UpstreamGiven.IdToken(c => c["aud"] = new JsonArray("us"))));
        Given.Allowed(UpstreamGiven.Verify(UpstreamGiven.IdToken(c => (c["aud"], c["azp"]) = (new JsonArray("us", "other"), "us"))));
        Assert.Null(Given.Allowed(UpstreamGiven.Verify(UpstreamGiven.IdToken(c => c["sid"] = new string('s', 256)))).Session.SessionId);
        Assert.Equal(Given.SigningKey.Kid, UpstreamIdTokenRules.KidOf(UpstreamGiven.IdToken()));
        Assert.Null(UpstreamIdTokenRules.KidOf("no-jwt"));
    }

    public static TheoryData<string, Refusal> Faults() => new()
    {
        { """{"iss":"https://other.example"}""", Refusal.UpstreamIdTokenInvalid },
        { """{"iss":"https://login.example/"}""", Refusal.UpstreamIdTokenInvalid },
        { """{"sub":null}""", Refusal.UpstreamIdTokenInvalid },
        { """{"iat":null}""", Refusal.UpstreamIdTokenInvalid },
        { """{"exp":"soon"}""", Refusal.UpstreamIdTokenInvalid },
        { """{"exp":1}""", Refusal.UpstreamClockOff },
        { """{"nbf":4102444800}""", Refusal.UpstreamClockOff },
        { """{"iat":4102444800}""", Refusal.UpstreamClockOff },
        { """{"iat":1767268000,"exp":4102444800}""", Refusal.UpstreamClockOff },
        { """{"aud":"other"}""", Refusal.UpstreamAudienceMismatch },
        { """{"aud":"US"}""", Refusal.UpstreamAudienceMismatch },
        { """{"aud":["us","other"]}""", Refusal.UpstreamAudienceMismatch },
        { """{"aud":["us"],"azp":"other"}""", Refusal.UpstreamAudienceMismatch },
        { """{"azp":7}""", Refusal.UpstreamAudienceMismatch },
        { """{"nonce":null}""", Refusal.UpstreamNonceMismatch },
        { """{"nonce":"another"}""", Refusal.UpstreamNonceMismatch },
        { """{"nonce":["the-nonce"]}""", Refusal.UpstreamNonceMismatch },
        { """{"at_hash":"AAAAAAAAAAAAAAAAAAAAAA"}""", Refusal.UpstreamAccessTokenMismatch },
        { """{"at_hash":7}""", Refusal.UpstreamAccessTokenMismatch },
        { """{"sub":""}""", Refusal.UpstreamSubjectInvalid },
        { """{"sub":" ada"}""", Refusal.UpstreamSubjectInvalid },
        { """{"sub":"ada "}""", Refusal.UpstreamSubjectInvalid },
        { """{"sub":"a\u0000da"}""", Refusal.UpstreamSubjectInvalid },
        { """{"sub":"größe"}""", Refusal.UpstreamSubjectInvalid },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Refuses_a_token_with_a_fault(string changes, Refusal reason) => Assert.Equal(reason, Given.Refused(UpstreamGiven.Verify(UpstreamGiven.IdToken(claims =>
    {
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject())
        {
            if (value is null)
                claims.Remove(name);
            else
                claims[name] = value.DeepClone();
        }
    }))));

    [Fact]
    public void Refuses_a_subject_longer_than_an_identifier_is()
    {
        Given.Allowed(UpstreamGiven.Verify(UpstreamGiven.IdToken(c => c["sub"] = new string('a', 255))));
        Assert.Equal(Refusal.UpstreamSubjectInvalid, Given.Refused(UpstreamGiven.Verify(UpstreamGiven.IdToken(c => c["sub"] = new string('a', 256)))));
    }

    [Fact]
    public void A_subject_in_another_case_is_another()
    {
        Assert.NotEqual(
            Given.Allowed(UpstreamGiven.Verify(UpstreamGiven.IdToken(c => c["sub"] = "Ada"))).Session,
            Given.Allowed(UpstreamGiven.Verify(UpstreamGiven.IdToken())).Session);
    }

    [Theory]
    [InlineData("at+jwt")]
    [InlineData("logout+jwt")]
    [InlineData("secevent+jwt")]
    public void Refuses_another_kind_of_token(string typ) => Assert.Equal(Refusal.UpstreamIdTokenInvalid, Given.Refused(UpstreamGiven.Verify(UpstreamGiven.IdToken(typ: typ))));

    [Fact]
    public void Refuses_another_key_no_signature_and_a_public_key_taken_for_a_secret()
    {
        using var another = SigningKey.Generate(SignatureAlgorithm.RS256);
        Assert.Equal(Refusal.UpstreamIdTokenInvalid, Given.Refused(UpstreamGiven.Verify(UpstreamGiven.IdToken(key: another))));
        var payload = UpstreamGiven.IdToken().Split('.')[1];
        foreach (var header in new[] { """{"alg":"none"}""", """{"alg":"nOnE"}""", $$"""{"alg":"HS256","kid":"{{Given.SigningKey.Kid}}"}""" })
        {
            var signed = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header)) + "." + payload;
            var mac = Base64Url.EncodeToString(HMACSHA256.HashData(Given.Jwks.ToUtf8Bytes(), Encoding.ASCII.GetBytes(signed)));
            Assert.Equal(Refusal.UpstreamIdTokenInvalid, Given.Refused(UpstreamGiven.Verify($"{signed}.{(header.Contains("HS", StringComparison.Ordinal) ? mac : "")}")));
            Assert.Equal(Refusal.UpstreamIdTokenInvalid, Given.Refused(UpstreamGiven.Verify($"{signed}.{mac}")));
        }
    }

    [Fact]
    public void Without_at_hash_there_is_nothing_to_compare_and_with_it_an_access_token_is_needed()
    {
        Given.Allowed(UpstreamGiven.Verify(UpstreamGiven.IdToken(c => c.Remove("at_hash"))));
        var alone = Given.Allowed(UpstreamAnswerRules.ReadTokens(JsonSerializer.SerializeToUtf8Bytes(new { id_token = UpstreamGiven.IdToken() })));
        Assert.Equal(
            Refusal.UpstreamAccessTokenMismatch,
            Given.Refused(UpstreamIdTokenRules.Verify(alone, UpstreamGiven.Attempt(), UpstreamGiven.Upstream(), Given.Jwks, Given.Now, out _)));
    }

    [Fact]
    public void A_fresh_sign_in_there_is_needed_where_one_is_asked_for_here()
    {
        var attempt = UpstreamGiven.Attempt() with { MaxAge = 300 };
        Assert.Equal(Refusal.UpstreamSignInTooOld, Given.Refused(Verify(attempt, null)));
        Assert.Equal(Refusal.UpstreamSignInTooOld, Given.Refused(Verify(attempt, attempt.StartedAt.AddMinutes(-7))));
        Given.Allowed(Verify(attempt, attempt.StartedAt.AddMinutes(-5)));
        Given.Allowed(Verify(attempt with { MaxAge = 0 }, attempt.StartedAt));
    }

    [Fact]
    public void Counts_as_two_factors_by_what_an_operator_trusts_alone()
    {
        var trusting = UpstreamGiven.Upstream() with { TrustedAcr = ["gold"], TrustedAmr = ["hwk"] };
        string[] said = [UpstreamGiven.IdToken(c => c["acr"] = "gold"), UpstreamGiven.IdToken(c => c["amr"] = new JsonArray("pwd", "hwk"))];
        Assert.All(said, token => Assert.Equal(["fed"], Given.Allowed(UpstreamGiven.Verify(token)).Amr));
        Assert.All(said, token => Assert.Equal(["fed", "mfa"], Given.Allowed(UpstreamGiven.Verify(token, trusting)).Amr));
        string[] more = [UpstreamGiven.IdToken(c => c["acr"] = "Gold"), UpstreamGiven.IdToken(c => c["amr"] = "hwk"), UpstreamGiven.IdToken(c => c["amr"] = new JsonArray("mfa"))];
        Assert.All(more, token => Assert.Equal(["fed"], Given.Allowed(UpstreamGiven.Verify(token, trusting)).Amr));
    }

    [Fact]
    public void Says_in_the_log_what_Jose_found()
    {
        UpstreamIdTokenRules.Verify(UpstreamGiven.Tokens("x"), UpstreamGiven.Attempt(), UpstreamGiven.Upstream(), Given.Jwks, Given.Now, out var detail);
        Assert.StartsWith("NotCompact", detail, StringComparison.Ordinal);
    }

    private static Decision<UpstreamIdentity> Verify(UpstreamAttempt attempt, DateTimeOffset? authTime) => UpstreamGiven.Verify(
        UpstreamGiven.IdToken(c =>
        {
            if (authTime is { } time)
                c["auth_time"] = NumericDate.From(time);
        }),
        attempt: attempt);
}
