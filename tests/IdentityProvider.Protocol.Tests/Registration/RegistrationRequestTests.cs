using System.Text;
using System.Text.Json;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Registration;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Registration;

/// <summary>RFC 7591 §2, §2.3, §3.1: what is read of a client's own words, and what is passed over.</summary>
public sealed class RegistrationRequestTests
{
    [Fact]
    public void Every_member_is_either_the_clients_or_the_operators()
    {
        var all = ClientMetadataJson.Default.ClientMetadata.Properties.Where(p => !p.IsExtensionData).Select(p => p.Name).ToList();
        var undecided = all.Except(RegistrationRequest.OfClients).Except(RegistrationRequest.OfOperators).Select(name => $"{name}: say in RegistrationRequest whether a client may ask for it, or an operator decides");
        Assert.Empty(undecided);
        Assert.Empty(RegistrationRequest.OfClients.Intersect(RegistrationRequest.OfOperators));
    }

    [Fact]
    public void Passes_over_what_is_unknown_and_what_is_an_operators()
    {
        var metadata = Asked("""{"client_name":"App","client_name#ja":"x","software_id":"4NRB1","require_consent":false,"introspects":["https://notes.example"],"from_the_future":{"a":[1]}}""");

        Assert.Equal("App", metadata.ClientName);
        Assert.Null(metadata.RequireConsent);
        Assert.Null(metadata.Introspects);
    }

    [Fact]
    public void What_a_statement_claims_goes_over_what_the_client_wrote()
    {
        var metadata = Asked(
            """{"client_name":"Mine","client_uri":"https://app.example","redirect_uris":["https://app.example/cb"]}""",
            """{"iss":"https://trust.example","client_name":"Vetted","scope":"openid","require_consent":false,"unknown":1}""");

        Assert.Equal(("Vetted", "openid", "https://app.example"), (metadata.ClientName, metadata.Scope, metadata.ClientUri));
        Assert.Null(metadata.RequireConsent);
        Assert.Equal(["https://app.example/cb"], metadata.RedirectUris);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"client_name\":\"a\",\"client_name\":\"b\"}")]
    [InlineData("{,}")]
    [InlineData("")]
    public void Takes_one_JSON_object_with_no_member_twice(string body) =>
        Assert.IsType<Validated<RegistrationRequest>.Invalid>(RegistrationRequest.Read(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("""{"redirect_uris":"https://app.example/cb"}""", "redirect_uris")]
    [InlineData("""{"redirect_uris":[null]}""", "redirect_uris")]
    [InlineData("""{"client_name":7}""", "client_name")]
    public void A_value_of_another_type_is_named(string body, string member) =>
        Assert.Equal(member, Assert.IsType<Validated<ClientMetadata>.Invalid>(Read(body).Asked(null)).Error.Member);

    private static RegistrationRequest Read(string json) =>
        Assert.IsType<Validated<RegistrationRequest>.Valid>(RegistrationRequest.Read(Encoding.UTF8.GetBytes(json))).Value;

    private static ClientMetadata Asked(string json, string? claims = null) =>
        Assert.IsType<Validated<ClientMetadata>.Valid>(Read(json).Asked(claims is null ? null : JsonElement.Parse(claims))).Value;
}
