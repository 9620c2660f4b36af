using System.Text;
using IdentityProvider.Protocol.Resources;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Resources;

/// <summary>RFC 8707 §2, and this server's own rules for an API's tokens.</summary>
public sealed class ResourceMetadataRulesTests
{
    private const string Issuer = "https://issuer.example";

    private static readonly ResourceMetadata Orders = new() { Identifier = "https://orders.example" };

    [Fact]
    public void Silence_is_a_status_list_fifteen_minutes_and_RS256()
    {
        var resource = Allowed(Orders);

        Assert.Equal("https://orders.example", resource.Name);
        Assert.Equal(RevocationStyle.StatusList, resource.Revocation);
        Assert.Equal(TimeSpan.FromMinutes(15), resource.AccessTokenLifetime);
        Assert.Equal("RS256", resource.SigningAlg.Name);
        Assert.Empty(resource.Scopes);
    }

    [Theory]
    [InlineData("https://orders.example/v1")]
    [InlineData("http://localhost:8083")]
    [InlineData("urn:example:orders")]
    [InlineData("api://orders")]
    public void An_identifier_is_any_absolute_URI(string identifier) =>
        Assert.Equal(identifier, Allowed(Orders with { Identifier = identifier }).Identifier);

    [Fact]
    public void A_scope_is_written_as_its_name_or_with_a_description_and_printed_so()
    {
        var read = MetadataJson.Read(
            """{"identifier": "https://orders.example", "scopes": ["orders.read", {"name": "orders.write", "description": "Change orders"}]}"""u8,
            ResourceMetadataJson.Default.ResourceMetadata);

        var resource = Allowed(Assert.IsType<Validated<ResourceMetadata>.Valid>(read).Value);

        Assert.Equal([new("orders.read"), new("orders.write", "Change orders")], resource.Scopes);
        var printed = System.Text.Json.JsonSerializer.Serialize(ResourceMetadata.Of(resource), ResourceMetadataJson.Default.ResourceMetadata);
        Assert.Contains("""["orders.read",{"name":"orders.write","description":"Change orders"}]""", printed, StringComparison.Ordinal);
        Assert.Equivalent(resource, Allowed(ResourceMetadata.Of(resource)), strict: true);
    }

    [Theory]
    [InlineData("expiry", RevocationStyle.Expiry)]
    [InlineData("status_list", RevocationStyle.StatusList)]
    [InlineData("introspection", RevocationStyle.Introspection)]
    public void A_revocation_style_is_one_of_three(string word, RevocationStyle style) => Assert.Equal(style, Allowed(Orders with { Revocation = word }).Revocation);

    public static TheoryData<string, ResourceMetadata> Mistakes() => new()
    {
        { "identifier", Orders with { Identifier = null } },
        { "identifier", Orders with { Identifier = "/orders" } },
        { "identifier", Orders with { Identifier = "orders" } },
        { "identifier", Orders with { Identifier = "https://orders.example#x" } },
        { "identifier", Orders with { Identifier = "https://orders.example/a b" } },
        { "identifier", Orders with { Identifier = Issuer } },
        { "identifier", Orders with { Identifier = Issuer + "/" } },
        { "name", Orders with { Name = "" } },
        { "name", Orders with { Name = "a\u001b[31mb" } },
        { "scopes", Orders with { Scopes = [new("a b")] } },
        { "scopes", Orders with { Scopes = [new("openid")] } },
        { "scopes", Orders with { Scopes = [new("a"), new("a", "again")] } },
        { "scopes", Orders with { Scopes = [new("a", "two\nlines")] } },
        { "scopes", Orders with { Scopes = [.. Enumerable.Range(0, 101).Select(i => new ResourceScopeMetadata($"s{i}"))] } },
        { "revocation", Orders with { Revocation = "never" } },
        { "access_token_lifetime", Orders with { AccessTokenLifetime = 29 } },
        { "access_token_lifetime", Orders with { AccessTokenLifetime = 901 } },
        { "signing_alg", Orders with { SigningAlg = "HS256" } },
        { "signing_alg", Orders with { SigningAlg = "none" } },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Names_the_member_to_correct(string member, ResourceMetadata metadata) => Assert.Equal(member, Refused(metadata).Member);

    [Theory]
    [InlineData("""{"identifier": "https://orders.example", "scopes": [{"name": "a", "title": "A"}]}""", "scopes")]
    [InlineData("""{"identifier": "https://orders.example", "scopes": [{"description": "A"}]}""", "scopes")]
    [InlineData("""{"identifier": "https://orders.example", "scopes": "a b"}""", "scopes")]
    [InlineData("""{"identifier": "https://orders.example", "scopes": [null]}""", "scopes")]
    [InlineData("""{"identifier": "https://orders.example", "lifetime": 60}""", "lifetime")]
    [InlineData("""{"identifier": "https://orders.example", "access_token_lifetime": "60"}""", "access_token_lifetime")]
    public void Refuses_JSON_that_is_not_metadata(string json, string member) =>
        Assert.Equal(
            member,
            Assert.IsType<Validated<ResourceMetadata>.Invalid>(MetadataJson.Read(Encoding.UTF8.GetBytes(json), ResourceMetadataJson.Default.ResourceMetadata)).Error.Member);

    private static Resource Allowed(ResourceMetadata metadata) => Assert.IsType<Validated<Resource>.Valid>(ResourceMetadataRules.Decide(metadata, Issuer)).Value;

    private static MetadataError Refused(ResourceMetadata metadata) => Assert.IsType<Validated<Resource>.Invalid>(ResourceMetadataRules.Decide(metadata, Issuer)).Error;
}
