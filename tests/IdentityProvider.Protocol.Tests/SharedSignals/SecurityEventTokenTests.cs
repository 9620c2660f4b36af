using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.SharedSignals;

/// <summary>RFC 8417, SSF 1.0 §4, CAEP 1.0, RISC 1.0: what a SET says, and what nobody may take it for.</summary>
public sealed class SecurityEventTokenTests
{
    private static readonly SecurityEvent Revoked = new()
    {
        EventId = Guid.Parse("33333333-3333-4333-8333-333333333333"),
        StreamId = Guid.Parse("44444444-4444-4444-8444-444444444444"),
        ClientId = "receiver",
        Kind = SignalKind.SessionRevoked,
        At = Given.Now,
        Person = new SignalPerson(Given.UserId, "sub-of-the-receiver"),
        SessionId = Given.SessionId,
    };

    [Fact]
    public void It_says_one_thing_of_one_subject_to_one_receiver_and_opens_nothing()
    {
        var claims = Given.Claims(Sign(Revoked));
        Assert.Equal(["iss", "aud", "iat", "jti", "txn", "sub_id", "events"], claims.Names());
        Assert.Equal((Given.Issuer, "receiver", "33333333333343338333333333333333"), (claims.GetProperty("iss").GetString(), claims.GetProperty("aud").GetString(), claims.GetProperty("jti").GetString()));
        Assert.Equal(Given.Now.ToUnixTimeSeconds(), claims.GetProperty("iat").GetInt64());
        Assert.Equal(
            """{"format":"complex","user":{"format":"iss_sub","iss":"https://issuer.example","sub":"sub-of-the-receiver"},"session":{"format":"opaque","id":"22222222222242228222222222222222"}}""",
            claims.GetProperty("sub_id").GetRawText());
        Assert.Equal(
            """{"https://schemas.openid.net/secevent/caep/event-type/session-revoked":{"event_timestamp":1767268800,"reason_admin":{"en":"The sign-in was ended."}}}""",
            claims.GetProperty("events").GetRawText());
    }

    [Theory]
    [InlineData(SignalKind.CredentialChange, "password update", "caep/event-type/credential-change", "\"credential_type\":\"password\",\"change_type\":\"update\",\"event_timestamp\":")]
    [InlineData(SignalKind.CredentialChange, "fido2-platform create", "caep/event-type/credential-change", "\"credential_type\":\"fido2-platform\",\"change_type\":\"create\",\"event_timestamp\":")]
    [InlineData(SignalKind.TokenClaimsChange, null, "caep/event-type/token-claims-change", "\"claims\":{\"roles\":[\"editor\"]},\"event_timestamp\":")]
    [InlineData(SignalKind.AccountDisabled, null, "risc/event-type/account-disabled", "}")]
    [InlineData(SignalKind.AccountEnabled, null, "risc/event-type/account-enabled", "}")]
    [InlineData(SignalKind.AccountPurged, null, "risc/event-type/account-purged", "}")]
    public void Each_kind_has_its_type_and_its_members(SignalKind kind, string? detail, string type, string body)
    {
        var claims = Given.Claims(Sign(Revoked with { Kind = kind, SessionId = null, Detail = detail, Claims = new JsonObject { ["roles"] = new JsonArray("editor") } }));
        Assert.StartsWith($"{{\"https://schemas.openid.net/secevent/{type}\":{{{body}", claims.GetProperty("events").GetRawText(), StringComparison.Ordinal);
        Assert.Equal("""{"format":"iss_sub","iss":"https://issuer.example","sub":"sub-of-the-receiver"}""", claims.GetProperty("sub_id").GetRawText());
    }

    [Fact]
    public void A_verification_is_about_the_stream_and_brings_the_state_back()
    {
        var claims = Given.Claims(Sign(Revoked with { Kind = SignalKind.Verification, Person = null, SessionId = null, Detail = "state ☂" }));
        Assert.Equal(["iss", "aud", "iat", "jti", "sub_id", "events"], claims.Names());
        Assert.Equal("""{"format":"opaque","id":"44444444444444448444444444444444"}""", claims.GetProperty("sub_id").GetRawText());
        Assert.Equal("state ☂", claims.GetProperty("events").GetProperty("https://schemas.openid.net/secevent/ssf/event-type/verification").GetProperty("state").GetString());
        Assert.Equal("{}", Given.Claims(Sign(Revoked with { Kind = SignalKind.Verification, Person = null, SessionId = null })).GetProperty("events").EnumerateObject().Single().Value.GetRawText());
    }

    [Theory]
    [InlineData("Until Friday, 12:00", """{"status":"paused","reason":"Until Friday, 12:00"}""")]
    [InlineData(null, """{"status":"paused"}""")]
    public void That_a_stream_was_stopped_is_about_the_stream_and_says_why(string? reason, string expected)
    {
        var claims = Given.Claims(Sign(Revoked with { Kind = SignalKind.StreamUpdated, Person = null, SessionId = null, Detail = new StreamUpdate("paused", reason).Written }));
        Assert.Equal("""{"format":"opaque","id":"44444444444444448444444444444444"}""", claims.GetProperty("sub_id").GetRawText());
        Assert.Equal(expected, claims.GetProperty("events").GetProperty("https://schemas.openid.net/secevent/ssf/event-type/stream-updated").GetRawText());
    }

    [Fact]
    public void What_one_act_did_shares_its_txn_in_a_stream_and_in_no_other()
    {
        string Txn(SecurityEvent about) => Given.Claims(Sign(about)).GetProperty("txn").GetString()!;
        Assert.Equal(Txn(Revoked), Txn(Revoked with { EventId = Given.UserId, Kind = SignalKind.AccountDisabled, SessionId = null }));
        Assert.NotEqual(Txn(Revoked), Txn(Revoked with { StreamId = Given.UserId }));
        Assert.NotEqual(Txn(Revoked), Txn(Revoked with { At = Given.Now.AddTicks(10) }));
    }

    [Fact]
    public void It_verifies_by_its_own_type_alone()
    {
        foreach (var typ in new[] { IdToken.Typ, AccessToken.Typ, "logout+jwt" })
            Assert.IsNotType<JwtVerification.Verified>(Jwt.Verify(Sign(Revoked), Given.Jwks, new JwtExpectations { Typ = typ, Issuer = Given.Issuer, Audience = "receiver", RequiredClaims = [], ClockSkew = TimeSpan.Zero }, Given.Now));
        Assert.Equal(Refusal.BearerTokenInvalid, Given.Refused(VerifiedAccessToken.Verify(Sign(Revoked), Given.Jwks, Given.Issuer, Given.Now)));
        Assert.Null(IdTokenHint.Verify(Sign(Revoked), Given.Jwks, Given.Issuer, Given.Now));
    }

    [Fact]
    public void Kinds_go_into_a_number_and_come_out_of_it()
    {
        Assert.Equal(SignalKinds.Supported, SignalKinds.Unpack(SignalKinds.Pack(SignalKinds.Supported)));
        Assert.Equal([SignalKind.CredentialChange], SignalKinds.Unpack(SignalKinds.BitOf(SignalKind.CredentialChange)));
        Assert.DoesNotContain(SignalKind.Verification, SignalKinds.Supported);
        Assert.DoesNotContain(SignalKind.StreamUpdated, SignalKinds.Supported);
    }

    private static string Sign(SecurityEvent about) => SecurityEventToken.Sign(about, Given.SigningKey, Given.Issuer);
}
