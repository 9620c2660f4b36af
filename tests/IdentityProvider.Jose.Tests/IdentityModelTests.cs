using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace IdentityProvider.Jose.Tests;

/// <summary>An independent implementation, Microsoft.IdentityModel.JsonWebTokens, reads what we write, and we what it writes.</summary>
public sealed class IdentityModelTests
{
    private static readonly JsonWebTokenHandler Theirs = new() { SetDefaultTimesOnTokenCreation = false };

    [Theory]
    [MemberData(nameof(Given.Algorithms), MemberType = typeof(Given))]
    public void They_verify_what_we_sign_through_the_jwks_that_we_publish(string algorithm)
    {
        var token = Sign(Given.Key(algorithm));

        var result = Theirs.ValidateToken(token, Parameters());

        Assert.True(result.IsValid, result.Exception?.Message);
        Assert.Equal("alice", result.Claims["sub"]);
        Assert.True(result.Claims.ContainsKey("status"), "a status list is nothing to them, and no harm");
        var read = Assert.IsType<JsonWebToken>(result.SecurityToken);
        Assert.Equal((algorithm, "at+jwt", Given.Key(algorithm).Kid), (read.Alg, read.Typ, read.Kid));
    }

    [Theory]
    [MemberData(nameof(Given.Algorithms), MemberType = typeof(Given))]
    public void They_refuse_what_a_stranger_signs_as_we_do(string algorithm)
    {
        using var stranger = SigningKey.Generate(Given.Key(algorithm).Algorithm);

        Assert.False(Theirs.ValidateToken(Sign(stranger), Parameters()).IsValid);
        Assert.Equal(JoseRefusal.KeyUnknown, Given.Refusal(Sign(stranger)));
    }

    [Theory]
    [MemberData(nameof(Given.Algorithms), MemberType = typeof(Given))]
    public void We_verify_what_they_sign(string algorithm)
    {
        var key = Given.Key(algorithm);
        using var rsa = RSA.Create();
        using var ec = ECDsa.Create();
        if (algorithm == "ES256") ec.ImportPkcs8PrivateKey(key.ExportPkcs8(), out _);
        else rsa.ImportPkcs8PrivateKey(key.ExportPkcs8(), out _);
        SecurityKey theirs = algorithm == "ES256" ? new ECDsaSecurityKey(ec) { KeyId = key.Kid } : new RsaSecurityKey(rsa) { KeyId = key.Kid };

        var token = Theirs.CreateToken(Given.Claims("\"sub\":\"alice\","), new SigningCredentials(theirs, algorithm), new Dictionary<string, object>());

        var verified = Assert.IsType<JwtVerification.Verified>(Jwt.Verify(token, Given.Keys, Given.Expectations with { Typ = "JWT" }, Given.Now));
        Assert.Equal("alice", verified.StringOrNull("sub"));
    }

    [Theory]
    [MemberData(nameof(Given.Algorithms), MemberType = typeof(Given))]
    public void They_compute_the_same_thumbprint(string algorithm)
    {
        var key = Given.Key(algorithm);
        var theirs = PublishedKeys().Single(jwk => jwk.KeyId == key.Kid);

        Assert.Equal(key.Kid, Base64UrlEncoder.Encode(theirs.ComputeJwkThumbprint()));
    }

    private static string Sign(SigningKey key) => JwtWriter.Sign(key, "at+jwt", "alice", static (Utf8JsonWriter writer, string subject) =>
    {
        writer.WriteString("iss", Given.Issuer);
        writer.WriteString("sub", subject);
        writer.WriteString("aud", Given.Audience);
        writer.WriteNumber("exp", Given.At(60));
        writer.WriteStartObject("status");
        writer.WriteStartObject("status_list");
        writer.WriteNumber("idx", 4711);
        writer.WriteString("uri", Given.Issuer + "/status/7");
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    private static IList<SecurityKey> PublishedKeys() =>
        new Microsoft.IdentityModel.Tokens.JsonWebKeySet(Encoding.UTF8.GetString(Given.Keys.ToUtf8Bytes())).GetSigningKeys();

    private static TokenValidationParameters Parameters() => new()
    {
        IssuerSigningKeys = PublishedKeys(),
        ValidIssuer = Given.Issuer,
        ValidAudience = Given.Audience,
        ValidTypes = ["at+jwt"],
        ValidAlgorithms = ["RS256", "PS256", "ES256"],
        LifetimeValidator = static (_, expires, _, _) => expires > Given.Now.UtcDateTime,
    };
}
