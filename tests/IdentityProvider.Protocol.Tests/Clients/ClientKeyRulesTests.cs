using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Clients;

/// <summary>RFC 7591 §2 and RFC 7517 §5: a client's keys, by value or by reference.</summary>
public sealed class ClientKeyRulesTests
{
    private const string Encryption = """{"kty":"EC","use":"enc","alg":"ECDH-ES","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""";
    private const string Unknown = """{"kty":"AKP","alg":"ML-DSA-44","pub":"AAAA"}""";

    private static readonly ClientMetadata App = new() { RedirectUris = ["https://app.example/cb"] };
    private static readonly string Rsa = Jwk(Given.SigningKey.PublicKey);
    private static readonly string Ec = Jwk(SigningKey.Generate(SignatureAlgorithm.ES256).PublicKey);

    [Fact]
    public void Keys_are_kept_as_they_were_written_and_read_again()
    {
        var client = Allowed(App with { Jwks = Set(Rsa, Ec, Encryption, Unknown) });

        Assert.Equal(2, client.Jwks!.Verification.Keys.Count);
        Assert.True(client.Jwks.Has(Given.SigningKey.Kid));
        Assert.False(client.Jwks.Has("another"));
        var again = ClientMetadataRules.Restore(ClientMetadata.Of(client))!;
        Assert.Equal(client.Jwks.Document.GetRawText(), again.Jwks!.Document.GetRawText());
        Assert.Contains("\"use\":\"enc\"", again.Jwks.Document.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_may_be_published_instead()
    {
        var client = Allowed(App with { JwksUri = "https://app.example/jwks" });
        Assert.Equal("https://app.example/jwks", ClientMetadataRules.Restore(ClientMetadata.Of(client))!.JwksUri);
        Assert.Null(client.Jwks);
    }

    [Fact]
    public void Refuses_keys_by_value_and_by_reference_at_once() =>
        Refused(App with { Jwks = Set(Rsa), JwksUri = "https://app.example/jwks" }, "jwks");

    [Theory]
    [InlineData("http://app.example/jwks")]
    [InlineData("https://app.example/jwks#keys")]
    [InlineData("https://me@app.example/jwks")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/jwks")]
    public void Refuses_an_address_that_is_not_https(string uri) => Refused(App with { JwksUri = uri }, "jwks_uri");

    [Theory]
    [InlineData("""{"kty":"oct","k":"c2VjcmV0"}""")]
    [InlineData("""{"kty":"oct"}""")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA"}""")]
    [InlineData("""{"kty":"EC","use":"enc","crv":"P-256","d":"AA"}""")]
    [InlineData("""{"kty":"RSA","qi":"AA"}""")]
    public void Refuses_private_and_symmetric_keys_of_every_kind_and_use(string key) => Refused(App with { Jwks = Set(Rsa, key) }, "jwks");

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("\"keys\"")]
    [InlineData("""{"keys":{}}""")]
    public void Refuses_what_is_no_key_set(string jwks) => Refused(App with { Jwks = JsonElement.Parse(jwks) }, "jwks");

    [Fact]
    public void Refuses_more_than_anyone_needs() =>
        Refused(App with { Jwks = Set([.. Enumerable.Repeat(Unknown, ClientKeySet.MaxLength / Unknown.Length)]) }, "jwks");

    [Fact]
    public void Refuses_two_signing_keys_of_one_kid()
    {
        var named = Rsa.Replace(Given.SigningKey.Kid, "1", StringComparison.Ordinal);
        Refused(App with { Jwks = Set(Rsa, Rsa) }, "jwks");
        Assert.NotNull(Allowed(App with { Jwks = Set(Rsa, named) }));
        Assert.NotNull(Allowed(App with { Jwks = Set(named, Ec.Replace("\"kid\":\"", "\"kid\":\"1\",\"was\":\"", StringComparison.Ordinal)) }).Jwks);
    }

    [Fact]
    public void A_client_that_signs_assertions_has_a_key_for_them()
    {
        var signs = App with { TokenEndpointAuthMethod = "private_key_jwt" };
        Refused(signs, "token_endpoint_auth_method");
        Refused(signs with { Jwks = Set(Encryption, Unknown) }, "jwks");
        Refused(signs with { Jwks = Set(Rsa), TokenEndpointAuthSigningAlg = "ES256" }, "jwks");
        Refused(signs with { Jwks = Set(Rsa), TokenEndpointAuthSigningAlg = "HS256" }, "token_endpoint_auth_signing_alg");
        Refused(App with { TokenEndpointAuthSigningAlg = "ES256" }, "token_endpoint_auth_signing_alg");

        Assert.NotNull(Allowed(signs with { JwksUri = "https://app.example/jwks", TokenEndpointAuthSigningAlg = "ES256" }));
        var client = Allowed(signs with { Jwks = Set(Ec), TokenEndpointAuthSigningAlg = "ES256" });
        Assert.False(client.HasSecret);
        Assert.False(client.IsPublic);
        var again = ClientMetadataRules.Restore(ClientMetadata.Of(client))!;
        Assert.Equal((ClientAuthenticationMethod.PrivateKeyJwt, SignatureAlgorithm.ES256), (again.TokenEndpointAuthMethod, again.TokenEndpointAuthSigningAlg));
    }

    [Fact]
    public void Knows_the_certificates_by_the_first_of_each_chain()
    {
        var (leaf, root) = (new byte[] { 1, 2, 3 }, new byte[] { 4, 5, 6 });
        var key = Rsa.Insert(1, $"\"x5c\":[\"{Convert.ToBase64String(leaf)}\",\"{Convert.ToBase64String(root)}\"],");
        var set = ClientKeySet.Parse(Set(key, """{"kty":"RSA","x5c":[]}""", """{"kty":"RSA","x5c":[1]}""", """{"kty":"RSA","x5c":["%"]}"""), out _)!;

        Assert.True(set.HasCertificates);
        Assert.True(set.HasCertificate(SHA256.HashData(leaf)));
        Assert.False(set.HasCertificate(SHA256.HashData(root)));
        Assert.False(ClientKeySet.Empty.HasCertificate(SHA256.HashData(leaf)));
    }

    private static JsonElement Set(params string[] keys) => JsonElement.Parse($$"""{"keys":[{{string.Join(',', keys)}}]}""");

    private static string Jwk(JsonWebKey key)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            key.WriteTo(json);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static Client Allowed(ClientMetadata metadata) =>
        Assert.IsType<Validated<Client>.Valid>(ClientMetadataRules.Decide(metadata, "new", [])).Value;

    private static void Refused(ClientMetadata metadata, string member) =>
        Assert.Equal(member, Assert.IsType<Validated<Client>.Invalid>(ClientMetadataRules.Decide(metadata, "new", [])).Error.Member);
}
