using System.Text.Json;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Upstream;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Upstream;

public sealed class UpstreamRulesTests
{
    private static readonly UpstreamMetadata Example = new() { Name = "example", Issuer = "https://login.example", ClientId = "us" };

    [Fact]
    public void What_is_silent_is_careful()
    {
        var upstream = Valid(Example);
        Assert.Equal(("example", "https://login.example", "us", "example"), (upstream.Name, upstream.Issuer, upstream.ClientId, upstream.Label));
        Assert.Equal((UpstreamCreation.Never, UpstreamLogout.Offer, true), (upstream.Create, upstream.Logout, upstream.Enabled));
        Assert.Equal((ClientAuthenticationMethod.ClientSecretBasic, "openid profile email"), (upstream.TokenEndpointAuthMethod, upstream.Scope.ToString()));
        Assert.Empty(upstream.EmailDomains.Concat(upstream.TrustedAcr).Concat(upstream.TrustedAmr).Concat(upstream.Roles));
    }

    [Fact]
    public void What_was_written_is_kept_and_reads_again_without_its_secret()
    {
        var upstream = Valid(Example with
        {
            ClientSecret = "secret",
            TokenEndpointAuthMethod = "client_secret_post",
            Scope = "openid email groups",
            Label = "Example größer",
            Logo = "data:image/png;base64,iVBORw0K",
            Claims = new Dictionary<string, string> { ["email"] = "https://login.example/mail" },
            Create = "invited",
            EmailDomains = ["example.com"],
            Roles = ["guest"],
            TrustedAcr = ["urn:mace:incommon:iap:silver"],
            TrustedAmr = ["mfa"],
            Logout = "always",
            Enabled = false,
        });
        var written = JsonSerializer.Serialize(UpstreamMetadata.Of(upstream), UpstreamMetadataJson.Default.UpstreamMetadata);
        Assert.DoesNotContain("client_secret\"", written, StringComparison.Ordinal);
        var again = UpstreamRules.Restore(JsonSerializer.Deserialize(written, UpstreamMetadataJson.Default.UpstreamMetadata)!)!;
        Assert.Equal(written, JsonSerializer.Serialize(UpstreamMetadata.Of(again), UpstreamMetadataJson.Default.UpstreamMetadata));
        Assert.True(again.NeedsSecret);
    }

    public static TheoryData<string, UpstreamMetadata> Mistakes() => new()
    {
        { "name", Example with { Name = null } },
        { "name", Example with { Name = "a/b" } },
        { "name", Example with { Name = "-a" } },
        { "name", Example with { Name = new('a', 41) } },
        { "issuer", Example with { Issuer = null } },
        { "issuer", Example with { Issuer = "http://login.example" } },
        { "issuer", Example with { Issuer = "https://login.example/?tenant=1" } },
        { "issuer", Example with { Issuer = "https://login.example/" + new string('a', 128) } },
        { "issuer", Example with { Issuer = Given.Issuer } },
        { "client_id", Example with { ClientId = null } },
        { "client_id", Example with { ClientId = "größe" } },
        { "token_endpoint_auth_method", Example with { TokenEndpointAuthMethod = "tls_client_auth" } },
        { "client_secret", Example with { ClientSecret = "" } },
        { "client_secret", Example with { ClientSecret = "s", TokenEndpointAuthMethod = "none" } },
        { "scope", Example with { Scope = "profile" } },
        { "scope", Example with { Scope = "openid \"" } },
        { "label", Example with { Label = "a\u202Eb" } },
        { "logo", Example with { Logo = "https://login.example/logo.png" } },
        { "logo", Example with { Logo = "data:text/html;base64,AAAA" } },
        { "logo", Example with { Logo = "data:image/png;base64,@@" } },
        { "claims", Example with { Claims = new Dictionary<string, string> { ["sub"] = "oid" } } },
        { "claims", Example with { Claims = new Dictionary<string, string> { ["name"] = "" } } },
        { "create", Example with { Create = "sometimes" } },
        { "email_domains", Example with { EmailDomains = ["*.example.com"] } },
        { "email_domains", Example with { EmailDomains = ["Example.com"] } },
        { "email_domains", Example with { Create = "invited" } },
        { "roles", Example with { Roles = [""] } },
        { "trusted_acr", Example with { TrustedAcr = [""] } },
        { "trusted_amr", Example with { TrustedAmr = [.. Enumerable.Repeat("mfa", 21)] } },
        { "logout", Example with { Logout = "maybe" } },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Names_the_first_member_to_correct(string member, UpstreamMetadata metadata) =>
        Assert.Equal(member, Assert.IsType<Validated<UpstreamProvider>.Invalid>(UpstreamRules.Decide(metadata, Given.Issuer, hasSecret: true)).Error.Member);

    [Fact]
    public void Needs_a_secret_where_one_proves_who_we_are()
    {
        Assert.Equal("client_secret", Assert.IsType<Validated<UpstreamProvider>.Invalid>(UpstreamRules.Decide(Example, Given.Issuer, hasSecret: false)).Error.Member);
        Assert.False(((Validated<UpstreamProvider>.Valid)UpstreamRules.Decide(Example with { TokenEndpointAuthMethod = "private_key_jwt" }, Given.Issuer, hasSecret: false)).Value.NeedsSecret);
    }

    private static UpstreamProvider Valid(UpstreamMetadata metadata) =>
        Assert.IsType<Validated<UpstreamProvider>.Valid>(UpstreamRules.Decide(metadata, Given.Issuer, hasSecret: true)).Value;
}
