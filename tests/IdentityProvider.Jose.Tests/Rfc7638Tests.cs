using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IdentityProvider.Jose.Tests;

/// <summary>RFC 7638: JWK thumbprints.</summary>
public sealed class Rfc7638Tests
{
    private const string Printed = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

    [Fact]
    public void Section_3_1_gives_the_thumbprint_that_it_prints() => Assert.Equal(Printed, Given.PublicJwk(Vectors.ThumbprintKey).Thumbprint());

    [Fact]
    public void Section_3_2_the_optional_members_do_not_count()
    {
        var n = JsonElement.Parse(Vectors.ThumbprintKey).GetProperty("n").GetString();

        Assert.Equal(Printed, Given.PublicJwk($$"""{"use":"sig","e":"AQAB","kid":"another","n":"{{n}}","x5t":"AAAA","kty":"RSA"}""").Thumbprint());
    }

    [Fact]
    public void Section_3_2_an_ec_key_counts_by_crv_kty_x_and_y()
    {
        var jwk = JsonElement.Parse(Vectors.EcPublic);
        var canonical = $$"""{"crv":"P-256","kty":"EC","x":"{{jwk.GetProperty("x").GetString()}}","y":"{{jwk.GetProperty("y").GetString()}}"}""";

        Assert.Equal(CanonicalBase64Url.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))), Given.PublicJwk(Vectors.EcPublic).Thumbprint());
    }

    [Fact]
    public void A_key_without_kid_is_called_by_its_thumbprint()
    {
        var key = Given.PublicJwk(Vectors.RsaPublic);

        Assert.Equal(key.Thumbprint(), key.Kid);
    }
}
