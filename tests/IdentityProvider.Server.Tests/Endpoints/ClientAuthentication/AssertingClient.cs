using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Server.Tests.Endpoints.ClientAuthentication;

/// <summary>A client that proves who it is by JWTs, as its library would make them.</summary>
internal sealed class AssertingClient(string clientId, SigningKey key, TimeProvider clock)
{
    private int _made;

    public SigningKey Key => key;

    /// <summary>The set that it publishes.</summary>
    public ClientKeySet Jwks => ClientKeySet.Parse(new JsonWebKeySet([key.PublicKey]).ToUtf8Bytes(), out _)!;

    /// <summary>The same client with another key.</summary>
    public AssertingClient With(SigningKey another) => new(clientId, another, clock);

    /// <summary>An assertion for <see cref="TestServer.Issuer"/>, good for a minute, with a new <c>jti</c>.</summary>
    public string Assertion(Action<JsonObject>? change = null)
    {
        var now = clock.GetUtcNow();
        var claims = new JsonObject
        {
            ["iss"] = clientId,
            ["sub"] = clientId,
            ["aud"] = TestServer.Issuer,
            ["jti"] = $"{key.Kid} {Interlocked.Increment(ref _made)}",
            ["iat"] = NumericDate.From(now),
            ["exp"] = NumericDate.From(now.AddMinutes(1)),
        };
        change?.Invoke(claims);
        return Jws.Sign(key, "JWT", Encoding.UTF8.GetBytes(claims.ToJsonString()));
    }

    /// <summary>The form's members for an assertion.</summary>
    public static (string Name, string Value)[] Members(string assertion) =>
        [("client_assertion_type", ClientAssertionRules.AssertionType), ("client_assertion", assertion)];

    /// <summary>Asks with a new assertion.</summary>
    public Task<Answer> PostAsync(SignedIn signedIn, string path, params (string Name, string Value)[] form) => PostAsync(signedIn, Assertion(), path, form);

    /// <summary>Asks with this assertion.</summary>
    public static Task<Answer> PostAsync(SignedIn signedIn, string assertion, string path, params (string Name, string Value)[] form) =>
        signedIn.SendAsync(new(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent([.. form.Concat(Members(assertion)).Select(field => KeyValuePair.Create(field.Name, field.Value))]),
        });
}
