using IdentityProvider.Jose;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Tokens;

public sealed class VerifiedAccessTokenTests
{
    [Fact]
    public void It_reads_back_what_was_signed()
    {
        var token = Given.VerifiedAccessToken();

        Assert.Equal(Given.UserId.ToString("D"), token.Subject);
        Assert.Equal(Given.FamilyId, token.FamilyId);
        Assert.Equal("openid notes.read", token.Scope.ToString());
        Assert.Equal(["https://notes.example", Given.Issuer], token.Audience);
        Assert.Equal((Given.Now, Given.Now + TimeSpan.FromMinutes(15)), (token.IssuedAt, token.ExpiresAt));
        Assert.Equal(Given.Session().AuthTime, token.AuthTime);
        Assert.Equal("1", token.Acr);
    }

    [Fact]
    public void Refuses_it_from_its_last_moment_on_and_bears_a_clock_that_is_ahead()
    {
        var token = Given.AccessToken();
        Assert.IsType<Decision<VerifiedAccessToken>.Allowed>(Verify(token, Given.Now + TimeSpan.FromSeconds(899)));
        Assert.Equal(Refusal.BearerTokenExpired, Given.Refused(Verify(token, Given.Now + TimeSpan.FromSeconds(900))));
        Assert.Equal(Refusal.BearerTokenExpired, Given.Refused(Verify(token, Given.Now + TimeSpan.FromDays(1))));
        Assert.IsType<Decision<VerifiedAccessToken>.Allowed>(Verify(token, Given.Now - TimeSpan.FromSeconds(59)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("opaque")]
    [InlineData("a.b")]
    [InlineData("a.b.c.d.e")]
    public void Refuses_what_is_no_token(string text) => Assert.Equal(Refusal.BearerTokenMalformed, Given.Refused(Verify(text, Given.Now)));

    [Fact]
    public void Refuses_another_issuers_another_keys_and_an_ID_token()
    {
        using var stranger = SigningKey.Generate(SignatureAlgorithm.RS256);
        var plan = Given.Plan();

        Assert.Equal(Refusal.BearerTokenInvalid, Given.Refused(VerifiedAccessToken.Verify(Given.AccessToken(), Given.Jwks, "https://other.example", Given.Now)));
        Assert.Equal(Refusal.BearerTokenInvalid, Given.Refused(Verify(AccessToken.Sign(plan.AccessToken, stranger, Given.Issuer, "jti"), Given.Now)));
        Assert.Equal(Refusal.BearerTokenInvalid, Given.Refused(Verify(IdToken.Sign(plan.IdToken!, Given.SigningKey, Given.Issuer, "a"), Given.Now)));
    }

    private static Decision<VerifiedAccessToken> Verify(string token, DateTimeOffset now) => VerifiedAccessToken.Verify(token, Given.Jwks, Given.Issuer, now);
}
