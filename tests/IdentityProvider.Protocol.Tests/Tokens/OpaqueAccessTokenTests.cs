using System.Text;
using FsCheck;
using FsCheck.Fluent;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Tokens;

public sealed class OpaqueAccessTokenTests
{
    [Fact]
    public void It_reads_back_what_a_JWT_would_have_said()
    {
        var token = Given.Allowed(Open(Given.OpaqueAccessToken()));

        Assert.Null(token.Kid);
        Assert.Equal((Given.UserId.ToString("D"), "app", Given.VerifiedAccessToken().Jti), (token.Subject, token.ClientId, token.Jti));
        Assert.Equal(Given.FamilyId, token.FamilyId);
        Assert.Equal("openid notes.read", token.Scope.ToString());
        Assert.Equal(["https://notes.example", Given.Issuer], token.Audience);
        Assert.Equal((Given.Now, Given.Now + TimeSpan.FromMinutes(15)), (token.IssuedAt, token.ExpiresAt));
        Assert.Equal((Given.Session().AuthTime, "1"), (token.AuthTime, token.Acr));
    }

    [Theory]
    [InlineData(RevocationStyle.Introspection, true)]
    [InlineData(RevocationStyle.StatusList, false)]
    [InlineData(RevocationStyle.Expiry, false)]
    public void It_is_for_an_API_that_asks_about_each(RevocationStyle style, bool isOpaque) =>
        Assert.Equal(isOpaque, Given.Plan(api: Given.NotesApi() with { Revocation = style }).AccessToken.Target.IsOpaque);

    [Fact]
    public void Its_text_holds_no_readable_claim()
    {
        var text = Given.OpaqueAccessToken();
        var bytes = Encoding.Latin1.GetString(CanonicalBase64Url.DecodeOrNull(text)!);

        string[] claims = ["{", "sub", "aud", "scope", "notes.read", "notes.example", "app", "issuer.example", Given.UserId.ToString("D"), Given.FamilyId.ToString("D")];
        Assert.All(claims.Where(claim => claim.Length > 2), claim => Assert.DoesNotContain(claim, bytes, StringComparison.OrdinalIgnoreCase));
        Assert.All(claims.Where(claim => claim.Length > 3), claim => Assert.DoesNotContain(claim, text, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(Encoding.Latin1.GetString(Given.FamilyId.ToByteArray(bigEndian: true)), bytes, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_claims_sealed_twice_have_nothing_in_common()
    {
        var plan = Given.Plan().AccessToken;
        var one = OpaqueAccessToken.Seal(plan, Given.Issuer, "jti", Given.OpaqueKey, new byte[SealedData.SaltLength]);
        var two = OpaqueAccessToken.Seal(plan, Given.Issuer, "jti", Given.OpaqueKey, [1, .. new byte[SealedData.SaltLength - 1]]);

        Assert.Equal(one.Length, two.Length);
        Assert.NotEqual(one[^40..], two[^40..]);
    }

    [Fact]
    public void Refuses_it_from_its_last_moment_on()
    {
        var text = Given.OpaqueAccessToken();
        Assert.IsType<Decision<VerifiedAccessToken>.Allowed>(Open(text, Given.Now + TimeSpan.FromSeconds(899)));
        Assert.Equal(Refusal.BearerTokenExpired, Given.Refused(Open(text, Given.Now + TimeSpan.FromSeconds(900))));
    }

    [Fact]
    public void Refuses_another_key_and_another_issuers()
    {
        Assert.Equal(Refusal.BearerTokenInvalid, Given.Refused(Open(Given.OpaqueAccessToken(key: new byte[32]))));
        Assert.Equal(Refusal.BearerTokenInvalid, Given.Refused(VerifiedAccessToken.Open(Given.OpaqueAccessToken(), Given.OpaqueKey, "https://other.example", Given.Now)));
    }

    [Fact]
    public void Refuses_what_the_same_key_sealed_for_something_else()
    {
        var claims = """{"iss":"https://issuer.example","sub":"a","client_id":"app","aud":"x","iat":1,"exp":99999999999,"jti":"j"}"""u8;
        var other = SealedData.Seal(Given.OpaqueKey, claims, "another purpose"u8, new byte[SealedData.SaltLength]);

        Assert.Equal(Refusal.BearerTokenInvalid, Given.Refused(Open(CanonicalBase64Url.Encode([2, .. other]))));
        Assert.Equal(Refusal.BearerTokenMalformed, Given.Refused(Open(CanonicalBase64Url.Encode(other))));
    }

    [Fact]
    public void Refuses_a_token_with_any_one_bit_changed()
    {
        var bytes = CanonicalBase64Url.DecodeOrNull(Given.OpaqueAccessToken())!;
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var changed = bytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            var expected = bit < 8 ? Refusal.BearerTokenMalformed : Refusal.BearerTokenInvalid;
            Assert.Equal(expected, Given.Refused(Open(CanonicalBase64Url.Encode(changed))));
        }
    }

    [Fact]
    public void Refuses_every_other_spelling_and_every_part_of_one()
    {
        var text = Given.OpaqueAccessToken();
        string[] others = ["", " ", "AA", "Ag", " " + text, text + "=", text + "\n", "." + text, new('A', OpaqueAccessToken.MaxLength + 4), new('é', 300)];
        Assert.All(others, other => Assert.Equal(Refusal.BearerTokenMalformed, Given.Refused(Open(other))));
        Assert.All(Enumerable.Range(0, text.Length), length => Assert.IsType<Decision<VerifiedAccessToken>.Refused>(Open(text[..length])));
        Assert.IsType<Decision<VerifiedAccessToken>.Refused>(Open(text + "AAAA"));
    }

    [Fact]
    public void It_is_no_JWT_and_no_refresh_token_and_they_are_none_of_it()
    {
        var text = Given.OpaqueAccessToken();
        Assert.True(OpaqueAccessToken.MayBe(text));
        Assert.False(OpaqueAccessToken.MayBe(Given.AccessToken()));
        Assert.Equal(Refusal.BearerTokenMalformed, Given.Refused(VerifiedAccessToken.Verify(text, Given.Jwks, Given.Issuer, Given.Now)));
        Assert.Equal(Refusal.RefreshTokenMalformed, Given.Refused(RefreshToken.Parse(text, Given.RefreshKey)));
        Assert.Equal(Refusal.BearerTokenMalformed, Given.Refused(Open(Given.AccessToken())));
        Assert.Equal(Refusal.BearerTokenMalformed, Given.Refused(Open(Given.RefreshToken(1).Compute(Given.RefreshKey))));
        // Not even where one key were used for both.
        Assert.Equal(Refusal.BearerTokenMalformed, Given.Refused(VerifiedAccessToken.Open(Given.RefreshToken(1).Compute(Given.RefreshKey), Given.RefreshKey, Given.Issuer, Given.Now)));
    }

    [Fact]
    public void It_is_shorter_than_the_JWT() => Assert.InRange(Given.OpaqueAccessToken().Length, 200, Given.AccessToken().Length - 200);

    [Fact]
    public void Reading_never_throws() =>
        Prop.ForAll<string>(text => Open(text ?? "") is Decision<VerifiedAccessToken>.Refused).QuickCheckThrowOnFailure();

    private static Decision<VerifiedAccessToken> Open(string text, DateTimeOffset? now = null) =>
        VerifiedAccessToken.Open(text, Given.OpaqueKey, Given.Issuer, now ?? Given.Now);
}
