using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Clients;

public sealed class ClientAuthorizationRulesTests
{
    private static readonly JsonElement Jwks = JsonElement.Parse(new JsonWebKeySet([Given.SigningKey.PublicKey]).ToUtf8Bytes());

    private static readonly ClientMetadata Signer = new()
    {
        RedirectUris = ["https://app.example/cb"],
        Jwks = Jwks,
        RequestObjectSigningAlg = "PS256",
        RequireSignedRequestObject = true,
        RequestUris = ["https://app.example/request.jwt"],
        RequirePushedAuthorizationRequests = true,
        AuthorizationSignedResponseAlg = "ES256",
    };

    [Fact]
    public void A_client_that_signs_and_pushes_reads_the_same_again()
    {
        var client = Assert.IsType<Validated<Client>.Valid>(Decide(Signer)).Value;
        Assert.Equal((SignatureAlgorithm.PS256, true, true), (client.RequestObjectSigningAlg, client.RequireSignedRequestObject, client.RequirePushedAuthorizationRequests));
        Assert.Equal(["https://app.example/request.jwt"], client.RequestUris);
        var again = ClientMetadataRules.Restore(ClientMetadata.Of(client))!;
        Assert.Equal(
            (SignatureAlgorithm.PS256, true, true, SignatureAlgorithm.ES256),
            (again.RequestObjectSigningAlg, again.RequireSignedRequestObject, again.RequirePushedAuthorizationRequests, again.AuthorizationSignedResponseAlg));
        Assert.Equal(client.RequestUris, again.RequestUris);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("HS256")]
    [InlineData("ES384")]
    public void Refuses_an_algorithm_that_is_not_ours(string name)
    {
        Wrong("request_object_signing_alg", Signer with { RequestObjectSigningAlg = name });
        Wrong("authorization_signed_response_alg", Signer with { AuthorizationSignedResponseAlg = name });
    }

    [Fact]
    public void Who_signs_has_keys()
    {
        Wrong("require_signed_request_object", Signer with { Jwks = null });
        Wrong("request_object_signing_alg", Signer with { Jwks = null, RequireSignedRequestObject = null });
        Wrong("request_uris", Signer with { Jwks = null, RequireSignedRequestObject = null, RequestObjectSigningAlg = null });
    }

    [Theory]
    [InlineData("http://app.example/request.jwt")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/request.jwt")]
    [InlineData("https://user@app.example/request.jwt")]
    public void Refuses_an_address_that_can_not_be_fetched_safely(string uri) => Wrong("request_uris", Signer with { RequestUris = [uri] });

    [Fact]
    public void Refuses_addresses_without_end() =>
        Wrong("request_uris", Signer with { RequestUris = [.. Enumerable.Range(0, 21).Select(i => $"https://app.example/{i}")] });

    private static void Wrong(string member, ClientMetadata metadata) => Assert.Equal(member, Assert.IsType<Validated<Client>.Invalid>(Decide(metadata)).Error.Member);

    private static Validated<Client> Decide(ClientMetadata metadata) => ClientMetadataRules.Decide(metadata, "app", []);
}
