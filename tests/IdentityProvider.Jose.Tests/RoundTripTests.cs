namespace IdentityProvider.Jose.Tests;

public sealed class RoundTripTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(56);

    public static TheoryData<string> Algorithms => [.. SignatureAlgorithm.All.Select(algorithm => algorithm.Name)];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_token_verifies_with_the_published_key_of_a_key_that_went_through_storage(string name)
    {
        Assert.True(SignatureAlgorithm.TryParse(name, out var algorithm));
        using var generated = SigningKey.Generate(algorithm);
        using var key = SigningKey.FromPkcs8(algorithm, generated.ExportPkcs8());
        var published = JsonWebKeySet.Parse(new JsonWebKeySet([key.PublicKey]).ToUtf8Bytes()).ValueOrNull!;

        var token = JwtWriter.Sign(key, "at+jwt", Now, static (claims, now) =>
        {
            claims.WriteString("iss", "https://issuer.example");
            claims.WriteString("aud", "https://api.example");
            claims.WriteNumber("exp", NumericDate.From(now) + 60);
        });

        var expectations = new JwtExpectations { Typ = "at+jwt", Issuer = "https://issuer.example", Audience = "https://api.example" };
        var verified = Assert.IsType<JwtVerification.Verified>(Jwt.Verify(token, published, expectations, Now));
        Assert.Equal(key.Kid, verified.Header.Kid);
        Assert.Equal("at+jwt", verified.Header.Typ);
        Assert.Same(algorithm, verified.Header.Algorithm);
        Assert.Equal("https://issuer.example", verified.StringOrNull("iss"));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void The_kid_is_the_thumbprint_and_survives_storage(string name)
    {
        Assert.True(SignatureAlgorithm.TryParse(name, out var algorithm));
        using var generated = SigningKey.Generate(algorithm);
        using var stored = SigningKey.FromPkcs8(algorithm, generated.ExportPkcs8());

        Assert.Equal(generated.PublicKey.Thumbprint(), generated.Kid);
        Assert.Equal(generated.Kid, stored.Kid);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_disposed_key_signs_no_more(string name)
    {
        Assert.True(SignatureAlgorithm.TryParse(name, out var algorithm));
        var key = SigningKey.Generate(algorithm);
        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.Sign([], new byte[512]));
    }
}
