using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Upstream;

/// <summary>How we prove who we are at an upstream: by a secret that lies sealed in the database, or by our own signing keys.</summary>
internal sealed class UpstreamCredentials(MasterKey masterKey, IServiceProvider services, Entropy entropy, TimeProvider clock)
{
    /// <summary>No other token of ours has it, so that none can be taken for another (draft-ietf-oauth-rfc7523bis §4).</summary>
    private const string AssertionTyp = "client-authentication+jwt";

    private static readonly TimeSpan AssertionLifetime = TimeSpan.FromMinutes(1);

    /// <summary>A secret as it is kept, bound to the name of its upstream.</summary>
    public byte[] Seal(string upstream, string secret) => masterKey.Encrypt(Encoding.UTF8.GetBytes(secret), BoundTo(upstream));

    /// <summary>A token request with who we are in it (RFC 6749 §2.3, RFC 7523 §2.2).</summary>
    public async Task<HttpRequestMessage> RequestAsync(StoredUpstream upstream, UpstreamServer server, Dictionary<string, string> form, CancellationToken cancellation)
    {
        var provider = upstream.Provider;
        AuthenticationHeaderValue? authorization = null;
        switch (provider.TokenEndpointAuthMethod)
        {
            case ClientAuthenticationMethod.ClientSecretBasic:
                var pair = $"{WebUtility.UrlEncode(provider.ClientId)}:{WebUtility.UrlEncode(Open(upstream))}";
                authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
                break;
            case ClientAuthenticationMethod.ClientSecretPost:
                form["client_id"] = provider.ClientId;
                form["client_secret"] = Open(upstream);
                break;
            case ClientAuthenticationMethod.PrivateKeyJwt:
                form["client_id"] = provider.ClientId;
                form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                form["client_assertion"] = await SignAsync(provider, cancellation);
                break;
            default:
                form["client_id"] = provider.ClientId;
                break;
        }

        var request = new HttpRequestMessage(HttpMethod.Post, server.TokenEndpoint) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Authorization = authorization;
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return request;
    }

    // For the upstream's issuer alone (RFC 7523 §3; rfc7523bis §4), by a key of our JWKS.
    private async Task<string> SignAsync(UpstreamProvider provider, CancellationToken cancellation)
    {
        var key = await services.GetRequiredService<KeyRing>().ActiveAsync(SignatureAlgorithm.RS256, cancellation);
        var (now, jti) = (clock.GetUtcNow(), Base64Url.EncodeToString(entropy.Bytes(16)));
        return JwtWriter.Sign(key, AssertionTyp, claims =>
        {
            claims.WriteString("iss", provider.ClientId);
            claims.WriteString("sub", provider.ClientId);
            claims.WriteString("aud", provider.Issuer);
            claims.WriteNumber("iat", NumericDate.From(now));
            claims.WriteNumber("exp", NumericDate.From(now + AssertionLifetime));
            claims.WriteString("jti", jti);
        });
    }

    private string Open(StoredUpstream upstream)
    {
        try
        {
            return Encoding.UTF8.GetString(masterKey.Decrypt(upstream.SealedSecret ?? [], BoundTo(upstream.Provider.Name)));
        }
        catch (CryptographicException)
        {
            throw new KeyException($"The secret for upstream {upstream.Provider.Name} can't be read with this master key: idp upstreams update {upstream.Provider.Name} --client-secret - writes it again.");
        }
    }

    private static byte[] BoundTo(string upstream) => Encoding.UTF8.GetBytes("upstream-secret/" + upstream);
}
