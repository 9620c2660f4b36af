using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Upstream;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Upstream;

public sealed class UpstreamServerTests
{
    [Theory]
    [InlineData("https://login.example", "https://login.example/.well-known/openid-configuration")]
    [InlineData("https://login.example/tenant/", "https://login.example/tenant/.well-known/openid-configuration")]
    public void The_metadata_is_below_the_issuer(string issuer, string address) => Assert.Equal(address, UpstreamServer.AddressOf(issuer));

    [Fact]
    public void Reads_where_the_endpoints_are()
    {
        var server = UpstreamServer.Read(Encoding.UTF8.GetBytes(UpstreamGiven.Metadata()), UpstreamGiven.Issuer, out var reason)!;
        Assert.Null(reason);
        Assert.Equal(
            ("https://login.example/authorize", "https://login.example/token", "https://keys.example/jwks", "https://login.example/userinfo", "https://login.example/logout?here=1", false),
            (server.AuthorizationEndpoint, server.TokenEndpoint, server.JwksUri, server.UserInfoEndpoint, server.EndSessionEndpoint, server.NamesItself));
        Assert.True(UpstreamGiven.Server(namesItself: true).NamesItself);
    }

    public static TheoryData<string, string> Mistakes() => new()
    {
        { "issuer", "\"https://login.example/\"" },
        { "issuer", "\"https://LOGIN.example\"" },
        { "issuer", "7" },
        { "issuer", "null" },
        { "authorization_endpoint", "null" },
        { "authorization_endpoint", "\"http://login.example/authorize\"" },
        { "authorization_endpoint", "\"http://localhost/authorize\"" },
        { "authorization_endpoint", "\"javascript:alert(1)\"" },
        { "authorization_endpoint", "\"https://login.example/authorize#fragment\"" },
        { "authorization_endpoint", "\"https://user@login.example/authorize\"" },
        { "token_endpoint", "\"file:///etc/passwd\"" },
        { "token_endpoint", "\"http://169.254.169.254/token\"" },
        { "jwks_uri", "{}" },
        { "userinfo_endpoint", "\"http://127.0.0.1:6379/\"" },
        { "end_session_endpoint", "\"data:text/html,x\"" },
        { "response_types_supported", "[\"id_token\"]" },
        { "response_types_supported", "\"code\"" },
        { "code_challenge_methods_supported", "[\"plain\"]" },
        { "id_token_signing_alg_values_supported", "[\"HS256\",\"none\"]" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Refuses_metadata_of_another_issuer_or_that_leads_astray(string member, string value)
    {
        var metadata = UpstreamGiven.Metadata(m => m[member] = JsonNode.Parse(value));
        Assert.Null(UpstreamServer.Read(Encoding.UTF8.GetBytes(metadata), UpstreamGiven.Issuer, out var reason));
        Assert.NotEmpty(reason!);
    }

    [Fact]
    public void Refuses_what_is_no_one_object_of_a_bounded_size()
    {
        foreach (var document in new[] { "", "[]", "{", """{"issuer":"https://login.example","issuer":"https://login.example"}""", "\uFEFF{}", UpstreamGiven.Metadata(m => m["x"] = new string('x', UpstreamServer.LongestDocument)) })
            Assert.Null(UpstreamServer.Read(Encoding.UTF8.GetBytes(document), UpstreamGiven.Issuer, out _));
    }

    [Fact]
    public void On_loopback_all_may_be_in_clear()
    {
        const string Issuer = "http://localhost:9000";
        var metadata = UpstreamGiven.Metadata(m => (m["issuer"], m["authorization_endpoint"], m["token_endpoint"]) = (Issuer, Issuer + "/auth", Issuer + "/token"));
        Assert.NotNull(UpstreamServer.Read(Encoding.UTF8.GetBytes(metadata), Issuer, out _));
    }
}
