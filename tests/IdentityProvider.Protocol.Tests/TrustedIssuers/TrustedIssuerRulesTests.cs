using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.TrustedIssuers;
using Xunit;

namespace IdentityProvider.Protocol.Tests.TrustedIssuers;

public sealed class TrustedIssuerRulesTests
{
    private static readonly TrustedIssuerMetadata Partner = new() { Issuer = "https://partner.example", JwksUri = "https://partner.example/jwks", Clients = ["app"], Scope = "notes.read" };

    [Fact]
    public void What_was_written_is_kept_and_reads_again()
    {
        var written = Partner with { JwksUri = null, Jwks = JsonElement.Parse(new JsonWebKeySet([Given.SigningKey.PublicKey]).ToUtf8Bytes()), UsernameClaim = "email" };
        var issuer = Assert.IsType<Validated<TrustedIssuer>.Valid>(TrustedIssuerRules.Decide(written, Given.Issuer)).Value;

        Assert.Equal(("https://partner.example", "email", "notes.read"), (issuer.Issuer, issuer.UsernameClaim, issuer.Scope.ToString()));
        Assert.Single(issuer.Jwks!.Verification.Keys);
        var again = TrustedIssuerRules.Restore(TrustedIssuerMetadata.Of(issuer))!;
        Assert.Equal(JsonSerializer.Serialize(TrustedIssuerMetadata.Of(issuer)), JsonSerializer.Serialize(TrustedIssuerMetadata.Of(again)));
    }

    public static TheoryData<string, TrustedIssuerMetadata> Mistakes() => new()
    {
        { "issuer", Partner with { Issuer = null } },
        { "issuer", Partner with { Issuer = "a b" } },
        { "issuer", Partner with { Issuer = new('a', 129) } },
        { "issuer", Partner with { Issuer = Given.Issuer } },
        { "jwks", Partner with { JwksUri = null } },
        { "jwks", Partner with { Jwks = JsonElement.Parse("{\"keys\":[]}") } },
        { "jwks", Partner with { JwksUri = null, Jwks = JsonElement.Parse("{\"keys\":[]}") } },
        { "jwks", Partner with { JwksUri = null, Jwks = JsonElement.Parse("[]") } },
        { "jwks_uri", Partner with { JwksUri = "http://partner.example/jwks" } },
        { "clients", Partner with { Clients = [] } },
        { "clients", Partner with { Clients = null } },
        { "username_claim", Partner with { UsernameClaim = "a b" } },
        { "scope", Partner with { Scope = null } },
        { "scope", Partner with { Scope = "openid notes.read" } },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Names_the_first_member_to_correct(string member, TrustedIssuerMetadata metadata) =>
        Assert.Equal(member, Assert.IsType<Validated<TrustedIssuer>.Invalid>(TrustedIssuerRules.Decide(metadata, Given.Issuer)).Error.Member);
}
