using IdentityProvider.Protocol.Sessions;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Sessions;

/// <summary>OpenID Connect Session Management 1.0 §2, §3.2.</summary>
public sealed class SessionStateTests
{
    // SHA-256 of "app https://app.example browser-state salt", by another implementation.
    private const string Known = "jWj2bUolL86nL3PL45hcJ--j3iBjjp1CA2EW2vQ6_pc.salt";

    [Theory]
    [InlineData("https://app.example/cb")]
    [InlineData("https://app.example/another?path=1")]
    [InlineData("https://app.example:443/cb")]
    public void It_is_the_hash_of_client_origin_browser_state_and_salt(string redirectUri) =>
        Assert.Equal(Known, SessionState.Compute("app", redirectUri, "browser-state", "salt"));

    [Theory]
    [InlineData("other", "https://app.example/cb", "browser-state", "salt")]
    [InlineData("app", "https://other.example/cb", "browser-state", "salt")]
    [InlineData("app", "https://app.example:8443/cb", "browser-state", "salt")]
    [InlineData("app", "https://app.example/cb", "another", "salt")]
    [InlineData("app", "https://app.example/cb", "browser-state", "pepper")]
    public void It_differs_with_each_of_them(string clientId, string redirectUri, string browserState, string salt) =>
        Assert.NotEqual(Known.Split('.')[0], SessionState.Compute(clientId, redirectUri, browserState, salt)!.Split('.')[0]);

    [Theory]
    [InlineData("com.example.app:/cb")]
    [InlineData("com.example.app://cb")]
    public void An_app_without_web_pages_has_none(string redirectUri) => Assert.Null(SessionState.Compute("app", redirectUri, "browser-state", "salt"));
}
