using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.UserInfo;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Tests.Http;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Http;

namespace IdentityProvider.Server.Tests.Endpoints;

/// <summary>UserInfo signed, and ID tokens and UserInfo encrypted for a key of the client's (OpenID Connect Core §5.3.2, §10.2).</summary>
public sealed class EncryptedAnswersTests : IAsyncLifetime
{
    private readonly RSA _rsa = RSA.Create(2048);

    private SignedIn _signedIn = null!;

    public async ValueTask InitializeAsync() => _signedIn = await SignedIn.StartAsync();

    public ValueTask DisposeAsync()
    {
        _rsa.Dispose();
        return _signedIn.DisposeAsync();
    }

    [Fact]
    public async Task UserInfo_is_a_JWT_for_the_client_where_it_registered_an_algorithm()
    {
        var client = await AddAsync(c => c with { UserinfoSignedResponseAlg = SignatureAlgorithm.RS256 });
        var answer = await _signedIn.UserInfoAsync((await _signedIn.TokensAsync(client, "openid email")).AccessToken);
        Assert.Equal((HttpStatusCode.OK, "application/jwt", "no-store"), (answer.Status, answer.Message.Content.Headers.ContentType!.MediaType, answer.Header("Cache-Control")));
        var claims = Verify(answer.Text, UserInfoToken.Typ);
        Assert.Equal((TestServer.Issuer, client.ClientId, "alice@example.com"), (Text(claims, "iss"), Text(claims, "aud"), Text(claims, "email")));

        // Refusals stay what they are.
        Assert.Equal("invalid_token", (await _signedIn.UserInfoAsync("abc")).Error);
    }

    [Fact]
    public async Task The_ID_token_and_UserInfo_are_signed_and_then_encrypted_for_the_registered_key()
    {
        var client = await AddAsync(c => c with
        {
            Jwks = ClientKeySet.Parse(JwksOf(_rsa), out _),
            IdTokenEncryptedResponseAlg = EncryptionAlgorithm.RsaOaep256,
            UserinfoSignedResponseAlg = SignatureAlgorithm.RS256,
            UserinfoEncryptedResponseAlg = EncryptionAlgorithm.RsaOaep256,
        });
        var tokens = await _signedIn.TokensAsync(client, "openid email");
        var idToken = Verify(Open(tokens["id_token"]!), IdToken.Typ);
        Assert.Equal((client.ClientId, _signedIn.UserId.ToString("D")), (Text(idToken, "aud"), Text(idToken, "sub")));

        var userInfo = await _signedIn.UserInfoAsync(tokens.AccessToken);
        Assert.Equal("application/jwt", userInfo.Message.Content.Headers.ContentType!.MediaType);
        Assert.Equal("alice@example.com", Text(Verify(Open(userInfo.Text), UserInfoToken.Typ), "email"));

        var refreshed = await _signedIn.RefreshAsync(client, tokens.RefreshToken);
        Assert.Equal(Text(idToken, "sub"), Text(Verify(Open(refreshed["id_token"]!), IdToken.Typ), "sub"));
    }

    [Fact]
    public async Task Without_a_key_nothing_is_spent_and_nothing_goes_out_in_the_clear()
    {
        await using var listener = await Listener.StartAsync();
        listener.AnswerAsync = http => http.Response.WriteAsync("""{"keys":[]}""", SignedIn.Cancellation);
        var client = await AddAsync(c => c with { JwksUri = new Uri(listener.Address, "/jwks.json").AbsoluteUri, IdTokenEncryptedResponseAlg = EncryptionAlgorithm.RsaOaep256 });
        var code = await _signedIn.CodeAsync(client);
        var refused = await _signedIn.ExchangeAsync(client, code);
        Assert.Equal((HttpStatusCode.BadRequest, Refusals.Of(Refusal.EncryptionKeyMissing).Description), (refused.Status, refused["error_description"]));

        // The client publishes its key, and the same code does.
        listener.AnswerAsync = http => http.Response.Body.WriteAsync(JwksOf(_rsa), SignedIn.Cancellation).AsTask();
        _signedIn.Server.Clock.Advance(TimeSpan.FromSeconds(11));
        var tokens = await _signedIn.ExchangeAsync(client, code);
        Assert.Equal(client.ClientId, Text(Verify(Open(tokens["id_token"]!), IdToken.Typ), "aud"));
    }

    private async Task<Client> AddAsync(Func<Client, Client> edit)
    {
        var client = edit(SignedIn.App with { ClientId = "encrypting" });
        Assert.True(await _signedIn.Server.Get<Clients>().AddAsync(client, SignedIn.Cancellation));
        return (await _signedIn.Server.Get<Clients>().FindAsync(client.ClientId, SignedIn.Cancellation))!;
    }

    private JsonElement Verify(string jwt, string typ)
    {
        Assert.True(Jws.Verify(jwt, _signedIn.Server.Get<KeyRing>().Published, typ).Accepted(out var verified, out var refused), refused?.ToString());
        return verified.ClaimsOrNull()!.Value;
    }

    private string Open(string jwe)
    {
        var parts = jwe.Split('.');
        var header = JsonElement.Parse(Bytes(parts[0]));
        Assert.Equal(("RSA-OAEP-256", "A256GCM", "JWT", "enc-1"), (Text(header, "alg"), Text(header, "enc"), Text(header, "cty"), Text(header, "kid")));
        var plaintext = new byte[Bytes(parts[3]).Length];
        using var aes = new AesGcm(_rsa.Decrypt(Bytes(parts[1]), RSAEncryptionPadding.OaepSHA256), 16);
        aes.Decrypt(Bytes(parts[2]), Bytes(parts[3]), Bytes(parts[4]), plaintext, Encoding.ASCII.GetBytes(parts[0]));
        return Encoding.ASCII.GetString(plaintext);
    }

    private static byte[] JwksOf(RSA rsa)
    {
        var key = rsa.ExportParameters(includePrivateParameters: false);
        return Encoding.UTF8.GetBytes($$$"""{"keys":[{"kty":"RSA","kid":"enc-1","use":"enc","alg":"RSA-OAEP-256","n":"{{{Base64Url.EncodeToString(key.Modulus)}}}","e":"AQAB"}]}""");
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static byte[] Bytes(string text) => Base64Url.DecodeFromChars(text);
}
