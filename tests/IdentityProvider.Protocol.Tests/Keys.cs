using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Tests;

/// <summary>A signing key and the ID tokens that it signed, long ago.</summary>
public sealed class Keys : IDisposable
{
    private readonly SigningKey _key = SigningKey.Generate(SignatureAlgorithm.ES256);

    public JsonWebKeySet Published => new([_key.PublicKey]);

    public string IdToken(string audience, string issuer = Given.Issuer, string typ = "JWT", string? subject = null, string? sid = Given.Sid) => JwtWriter.Sign(_key, typ, claims =>
    {
        claims.WriteString("iss", issuer);
        claims.WriteString("sub", subject ?? Given.UserId.ToString("D"));
        claims.WriteString("aud", audience);
        if (sid is not null)
            claims.WriteString("sid", sid);
        claims.WriteNumber("iat", NumericDate.From(Given.Now - TimeSpan.FromDays(2)));
        claims.WriteNumber("exp", NumericDate.From(Given.Now - TimeSpan.FromDays(1)));
    });

    public void Dispose() => _key.Dispose();
}
