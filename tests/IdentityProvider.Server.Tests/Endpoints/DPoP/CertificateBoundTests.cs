using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Tests.Endpoints.ClientAuthentication;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Endpoints.DPoP;

/// <summary>Tokens that are bound to the certificate of the connection (RFC 8705 §3, §4).</summary>
public sealed class CertificateBoundTests : IAsyncLifetime
{
    private const string Header = "X-Client-Cert";

    private static readonly Client App = SignedIn.App with { ClientId = "mtls-app", TlsClientCertificateBoundAccessTokens = true };
    private static readonly Client Native = SignedIn.Spa with { ClientId = "mtls-native", TlsClientCertificateBoundAccessTokens = true };

    private readonly X509Certificate2 _own = TestAuthority.SelfSigned("CN=own");
    private readonly X509Certificate2 _thiefs = TestAuthority.SelfSigned("CN=thief");
    private SignedIn _signedIn = null!;

    public async ValueTask InitializeAsync()
    {
        _signedIn = await SignedIn.StartAsync(change: settings => settings with { ClientCertificates = new() { Header = Header, TrustedProxies = ["127.0.0.0/8", "::1"] } });
        Assert.True(await _signedIn.Server.Get<Clients>().AddAsync(App, SignedIn.Cancellation));
        Assert.True(await _signedIn.Server.Get<Clients>().AddAsync(Native, SignedIn.Cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        _own.Dispose();
        _thiefs.Dispose();
        await _signedIn.DisposeAsync();
    }

    [Fact]
    public async Task The_token_goes_with_its_certificate_alone()
    {
        var answer = await TokensAsync(App, _own);
        Assert.Equal("Bearer", answer["token_type"]);
        var cnf = JsonDocument.Parse(CanonicalBase64Url.DecodeOrNull(answer.AccessToken.Split('.')[1])).RootElement.GetProperty("cnf");
        Assert.Equal(CanonicalBase64Url.Encode(SHA256.HashData(_own.RawData)), cnf.GetProperty("x5t#S256").GetString());

        Assert.Equal(HttpStatusCode.OK, (await UserInfoAsync(answer.AccessToken, _own)).Status);
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_token"), await RefusedAsync(answer.AccessToken, _thiefs));
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_token"), await RefusedAsync(answer.AccessToken, null));

        var introspected = await _signedIn.IntrospectAsync(SignedIn.Api, answer.AccessToken);
        Assert.Equal(cnf.GetRawText(), introspected.Json.GetProperty("cnf").GetRawText());
    }

    [Fact]
    public async Task Without_a_certificate_such_a_client_gets_no_token()
    {
        var answer = await SendAsync(SignedIn.Post("/token", App, ProvingClient.Exchange(await _signedIn.CodeAsync(App))), null);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task A_public_clients_refresh_token_goes_with_the_certificate_and_a_confidential_ones_does_not()
    {
        var own = await TokensAsync(Native, _own);
        Assert.Equal("invalid_grant", (await SendAsync(SignedIn.Post("/token", Native, ProvingClient.Refresh(own.RefreshToken)), _thiefs)).Error);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(SignedIn.Post("/token", Native, ProvingClient.Refresh(own.RefreshToken)), _own)).Status);

        var confidential = await TokensAsync(App, _own);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(SignedIn.Post("/token", App, ProvingClient.Refresh(confidential.RefreshToken)), _thiefs)).Status);
    }

    [Fact]
    public async Task Metadata_says_so() =>
        Assert.Equal("True", (await _signedIn.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/.well-known/openid-configuration")))["tls_client_certificate_bound_access_tokens"]);

    private async Task<Answer> TokensAsync(Client client, X509Certificate2 certificate)
    {
        var answer = await SendAsync(SignedIn.Post("/token", client, ProvingClient.Exchange(await _signedIn.CodeAsync(client))), certificate);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer;
    }

    private Task<Answer> UserInfoAsync(string token, X509Certificate2? certificate)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/userinfo");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return SendAsync(request, certificate);
    }

    private async Task<(HttpStatusCode Status, string Error)> RefusedAsync(string token, X509Certificate2? certificate)
    {
        var answer = await UserInfoAsync(token, certificate);
        return (answer.Status, answer.Error);
    }

    private Task<Answer> SendAsync(HttpRequestMessage request, X509Certificate2? certificate)
    {
        if (certificate is not null)
            request.Headers.TryAddWithoutValidation(Header, Uri.EscapeDataString(certificate.ExportCertificatePem()));
        return _signedIn.SendAsync(request);
    }
}
