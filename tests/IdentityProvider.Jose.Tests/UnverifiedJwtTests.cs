namespace IdentityProvider.Jose.Tests;

/// <summary>What may be read of a token before it is verified: as strict as after it, and still unverified.</summary>
public sealed class UnverifiedJwtTests
{
    private static readonly SigningKey Key = SigningKey.Generate(SignatureAlgorithm.ES256);

    [Fact]
    public void Tells_the_kid_and_the_claims_that_are_strings()
    {
        var jwt = UnverifiedJwt.Read(Token("""{"iss":"app","exp":1,"sub":["app"]}""")).ValueOrNull!;
        Assert.Equal((Key.Kid, "JWT", "app"), (jwt.Header.Kid, jwt.Header.Typ, jwt.StringOrNull("iss")));
        Assert.Null(jwt.StringOrNull("exp"));
        Assert.Null(jwt.StringOrNull("sub"));
        Assert.Null(jwt.StringOrNull("aud"));
    }

    [Fact]
    public void Does_not_look_at_the_signature() => Assert.NotNull(UnverifiedJwt.Read(Token("{}")[..^4] + "AAAA").ValueOrNull);

    [Theory]
    [InlineData("", JoseRefusal.NotCompact)]
    [InlineData("e30", JoseRefusal.NotCompact)]
    [InlineData("e30.e30", JoseRefusal.NotCompact)]
    [InlineData("e30.e30.e30.e30", JoseRefusal.NotCompact)]
    [InlineData(".e30.e30", JoseRefusal.NotCompact)]
    [InlineData("e30..e30", JoseRefusal.NotCompact)]
    [InlineData("e30=.e30.e30", JoseRefusal.Base64UrlNotCanonical)]
    [InlineData("e30.e 0.e30", JoseRefusal.Base64UrlNotCanonical)]
    [InlineData("e30.e30.e30", JoseRefusal.HeaderMalformed)]
    public void Refuses_what_is_no_token(string token, JoseRefusal reason) => Assert.Equal(reason, UnverifiedJwt.Read(token).Refused!.Reason);

    [Theory]
    [InlineData("[]", JoseRefusal.Malformed)]
    [InlineData("""{"iss":"a","iss":"b"}""", JoseRefusal.DuplicateMember)]
    public void Refuses_a_payload_that_is_not_one_strict_object(string payload, JoseRefusal reason) =>
        Assert.Equal(reason, UnverifiedJwt.Read(Token(payload)).Refused!.Reason);

    [Fact]
    public void Refuses_what_is_too_long() => Assert.Equal(JoseRefusal.TooLarge, UnverifiedJwt.Read(Token("{}"), maxLength: 20).Refused!.Reason);

    private static string Token(string payload) => Jws.Sign(Key, "JWT", System.Text.Encoding.UTF8.GetBytes(payload));
}
