using System.Text;
using IdentityProvider.Protocol.Metadata;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Metadata;

/// <summary>RFC 9728 §2, §3: what an API says of itself, and where.</summary>
public sealed class ProtectedResourceMetadataTests
{
    [Fact]
    public void An_API_names_itself_its_scopes_and_who_gives_tokens_for_it() => Assert.Equal(
        """{"resource":"https://notes.example","authorization_servers":["https://issuer.example"],"scopes_supported":["notes.read","notes.write","notes.admin"],"bearer_methods_supported":["header"],"resource_name":"Notes"}""",
        Encoding.UTF8.GetString(ProtectedResourceMetadata.Write(Given.Issuer, Given.NotesApi())));

    [Fact]
    public void UserInfo_is_the_issuers_own() =>
        Assert.StartsWith("""{"resource":"https://issuer.example","authorization_servers":["https://issuer.example"],"scopes_supported":["openid",""", Encoding.UTF8.GetString(ProtectedResourceMetadata.WriteOwn(Given.Issuer)), StringComparison.Ordinal);

    [Theory]
    [InlineData("https://api.example.com", "https://api.example.com/.well-known/oauth-protected-resource")]
    [InlineData("https://api.example.com/", "https://api.example.com/.well-known/oauth-protected-resource")]
    [InlineData("https://api.example.com:8443/mcp", "https://api.example.com:8443/.well-known/oauth-protected-resource/mcp")]
    [InlineData("http://localhost:3000/a/b?k=v", "http://localhost:3000/.well-known/oauth-protected-resource/a/b?k=v")]
    [InlineData("urn:example:api", null)]
    public void The_place_is_between_host_and_path(string identifier, string? address) => Assert.Equal(address, ProtectedResourceMetadata.AddressOf(identifier));
}
