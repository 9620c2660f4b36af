using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Upstream;

namespace IdentityProvider.Protocol.Tests.Upstream;

/// <summary>An upstream, an attempt to sign in by it, and what it answers.</summary>
internal static class UpstreamGiven
{
    public const string Issuer = "https://login.example";

    public const string AccessToken = "an-access-token";

    public static UpstreamProvider Upstream() => new()
    {
        Name = "example",
        Issuer = Issuer,
        ClientId = "us",
        TokenEndpointAuthMethod = ClientAuthenticationMethod.ClientSecretBasic,
        Scope = ScopeSet.Of(["openid", "email"]),
        Label = "Example",
    };

    public static UpstreamServer Server(bool namesItself = false) => UpstreamServer.Read(Encoding.UTF8.GetBytes(Metadata(m => m["authorization_response_iss_parameter_supported"] = namesItself)), Issuer, out _)!;

    public static string Metadata(Action<JsonObject>? change = null)
    {
        var metadata = new JsonObject
        {
            ["issuer"] = Issuer,
            ["authorization_endpoint"] = Issuer + "/authorize",
            ["token_endpoint"] = Issuer + "/token",
            ["jwks_uri"] = "https://keys.example/jwks",
            ["userinfo_endpoint"] = Issuer + "/userinfo",
            ["end_session_endpoint"] = Issuer + "/logout?here=1",
        };
        change?.Invoke(metadata);
        return metadata.ToJsonString();
    }

    public static UpstreamAttempt Attempt() => new()
    {
        Upstream = "example",
        Issuer = Issuer,
        State = "the-state",
        Nonce = "the-nonce",
        CodeVerifier = Given.CodeVerifier,
        StartedAt = Given.Now - TimeSpan.FromMinutes(1),
    };

    public static string IdToken(Action<JsonObject>? change = null, SigningKey? key = null, string typ = "JWT")
    {
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["sub"] = "ada",
            ["aud"] = "us",
            ["iat"] = NumericDate.From(Given.Now),
            ["exp"] = NumericDate.From(Given.Now.AddMinutes(5)),
            ["nonce"] = "the-nonce",
            ["sid"] = "s1",
            ["at_hash"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(AccessToken)).AsSpan(0, 16)),
        };
        change?.Invoke(claims);
        return Jws.Sign(key ?? Given.SigningKey, typ, Encoding.UTF8.GetBytes(claims.ToJsonString()));
    }

    public static UpstreamTokens Tokens(string idToken) => Given.Allowed(UpstreamAnswerRules.ReadTokens(JsonSerializer.SerializeToUtf8Bytes(
        new { id_token = idToken, access_token = AccessToken, token_type = "Bearer" })));

    public static Decision<UpstreamIdentity> Verify(string idToken, UpstreamProvider? upstream = null, UpstreamAttempt? attempt = null, JsonWebKeySet? keys = null) =>
        UpstreamIdTokenRules.Verify(Tokens(idToken), attempt ?? Attempt(), upstream ?? Upstream(), keys ?? Given.Jwks, Given.Now, out _);
}
