using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;

namespace IdentityProvider.Server.Tests.Endpoints.ClientAuthentication;

/// <summary>RFC 8705 §2 by real handshakes, and by the header of a proxy that is trusted or not.</summary>
public sealed class ClientCertificateTests : IAsyncLifetime
{
    private const string Header = "X-Client-Cert";

    private static readonly (string Name, string Value)[] Own = [("grant_type", "client_credentials"), ("scope", "notes.read")];

    private static readonly Client ByAuthority = SignedIn.Machine with
    {
        ClientId = "by-authority",
        TokenEndpointAuthMethod = ClientAuthenticationMethod.TlsClientAuth,
        TlsClientAuthSubject = new(CertificateName.SubjectDn, "CN=app,O=Example"),
        Secrets = [],
    };

    private readonly TestAuthority _authority = new();
    private readonly X509Certificate2 _selfSigned = TestAuthority.SelfSigned("CN=self");
    private SignedIn _signedIn = null!;

    public async ValueTask InitializeAsync()
    {
        _signedIn = await SignedIn.StartAsync();
        var bySan = ByAuthority with { ClientId = "by-san", TlsClientAuthSubject = new(CertificateName.SanDns, "app.example") };
        var byItself = ByAuthority with
        {
            ClientId = "by-itself",
            TokenEndpointAuthMethod = ClientAuthenticationMethod.SelfSignedTlsClientAuth,
            TlsClientAuthSubject = null,
            Jwks = TestAuthority.KeysOf(_selfSigned),
        };
        foreach (var client in new[] { ByAuthority, bySan, byItself })
            Assert.True(await _signedIn.Server.Get<Clients>().AddAsync(client, SignedIn.Cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        await _signedIn.DisposeAsync();
        _authority.Dispose();
        _selfSigned.Dispose();
    }

    [Fact]
    public async Task A_client_is_known_by_the_certificate_of_its_connection()
    {
        await using var server = await OverTlsAsync();
        using var issued = _authority.Issue("CN=app, O=Example", "app.example");
        using var other = _authority.Issue("CN=app, O=Other", "other.example");
        using var forServers = _authority.Issue("CN=app, O=Example", purpose: "1.3.6.1.5.5.7.3.1");
        using var over = _authority.Issue("CN=app, O=Example", until: server.Clock.GetUtcNow().AddSeconds(-1));
        using var elsewhere = new TestAuthority();
        using var foreign = elsewhere.Issue("CN=app, O=Example", "app.example");
        using var alike = TestAuthority.SelfSigned("CN=self");

        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, issued, "by-authority"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, issued, "by-san"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, _selfSigned, "by-itself"));
        foreach (var wrong in new[] { null, other, forServers, over, foreign, _selfSigned })
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, wrong, "by-authority"));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, other, "by-san"));
        foreach (var wrong in new[] { null, issued, alike })
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, wrong, "by-itself"));

        // Whoever proves it by something else may have a certificate too: tokens can be bound to it (RFC 8705 §4).
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, issued, "machine", more: ("client_secret", SignedIn.Secret)));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, issued, "by-authority", more: ("client_secret", SignedIn.Secret)));

        // And a header is nobody's where the certificate comes from the connection.
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, null, "by-authority", header: Escaped(issued)));
    }

    [Fact]
    public async Task A_client_is_known_by_what_a_trusted_proxy_says_of_its_connection()
    {
        using var issued = _authority.Issue("CN=app, O=Example", "app.example");
        await using var server = await BehindAsync("127.0.0.0/8", "::1");
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, null, "by-authority", header: Escaped(issued)));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, null, "by-san", header: $":{Convert.ToBase64String(issued.RawData)}:"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, null, "by-itself", header: Escaped(_selfSigned)));
        foreach (var header in new[] { null, "", "x", Escaped(_selfSigned), $"{Escaped(issued)}, {Escaped(issued)}", Escaped(issued) + Escaped(issued) })
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, null, "by-authority", header: header));
    }

    [Fact]
    public async Task A_header_of_anyone_else_is_not_believed()
    {
        using var issued = _authority.Issue("CN=app, O=Example", "app.example");
        await using var server = await BehindAsync("10.0.0.0/8", "192.0.2.1");
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, null, "by-authority", header: Escaped(issued)));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(_signedIn.Server, null, "by-authority", header: Escaped(issued)));
    }

    [Fact]
    public async Task A_header_that_stands_twice_is_nobodys()
    {
        using var issued = _authority.Issue("CN=app, O=Example", "app.example");
        await using var server = await BehindAsync("127.0.0.1");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/token") { Content = Form("by-authority", []) };
        request.Headers.Add(Header, [Escaped(issued), Escaped(issued)]);
        using var answer = await server.Http.SendAsync(request, SignedIn.Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task The_metadata_tells_these_methods_where_they_work_and_nowhere_else()
    {
        Assert.DoesNotContain("tls_client_auth", await _signedIn.Server.Http.GetStringAsync("/.well-known/openid-configuration", SignedIn.Cancellation), StringComparison.Ordinal);

        await using var server = await BehindAsync("127.0.0.1");
        using var document = JsonDocument.Parse(await server.Http.GetStringAsync("/.well-known/oauth-authorization-server", SignedIn.Cancellation));
        var methods = document.RootElement.GetProperty("token_endpoint_auth_methods_supported").EnumerateArray().Select(m => m.GetString()).ToList();
        Assert.Contains("tls_client_auth", methods);
        Assert.Contains("self_signed_tls_client_auth", methods);
        Assert.Equal("https://mtls.example/token", document.RootElement.GetProperty("mtls_endpoint_aliases").GetProperty("token_endpoint").GetString());
    }

    [Theory]
    [InlineData("needs FromConnection or Header", "AuthoritiesFile=/nowhere.pem")]
    [InlineData("can't be read", "FromConnection=true", "AuthoritiesFile=/nowhere.pem")]
    [InlineData("TrustedProxies must name", "Header=Client-Cert")]
    [InlineData("is of no use", "TrustedProxies:0=10.0.0.1")]
    [InlineData("must be addresses", "Header=Client-Cert", "TrustedProxies:0=proxy")]
    [InlineData("name of a header", "Header=Client Cert", "TrustedProxies:0=10.0.0.1")]
    [InlineData("can't both be set", "FromConnection=true", "Header=Client-Cert", "TrustedProxies:0=10.0.0.1")]
    [InlineData("must be an https URL", "FromConnection=true", "Endpoint=https://mtls.example/x")]
    public void A_setting_that_means_nothing_stops_the_start(string line, params string[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(s => KeyValuePair.Create("Idp:ClientCertificates:" + s.Split('=')[0], (string?)s.Split('=')[1]))).Build();
        var message = Assert.Throws<SettingsException>(() => Settings.Load(configuration, isDevelopment: true, AppContext.BaseDirectory)).Message;
        Assert.StartsWith("Idp:ClientCertificates", message, StringComparison.Ordinal);
        Assert.Contains(line, message, StringComparison.Ordinal);
    }

    private Task<TestServer> OverTlsAsync()
    {
        var own = _authority.IssueForServer();
        return TestServer.StartAsync(
            _signedIn.Server,
            settings => settings with { ClientCertificates = new() { FromConnection = true, AuthoritiesFile = _authority.File } },
            listen: kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHttps(own)));
    }

    private Task<TestServer> BehindAsync(params string[] proxies) => TestServer.StartAsync(_signedIn.Server, settings => settings with
    {
        ClientCertificates = new() { Header = Header, TrustedProxies = proxies, AuthoritiesFile = _authority.File, Endpoint = "https://mtls.example" },
    });

    private static string Escaped(X509Certificate2 certificate) => Uri.EscapeDataString(certificate.ExportCertificatePem() + "\n");

    private static FormUrlEncodedContent Form(string clientId, (string Name, string Value)[] more) =>
        new([.. Own.Concat(more).Select(f => KeyValuePair.Create(f.Name, f.Value)), KeyValuePair.Create("client_id", clientId)]);

    private static async Task<HttpStatusCode> AskAsync(
        TestServer server, X509Certificate2? certificate, string clientId, string? header = null, params (string Name, string Value)[] more)
    {
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.Issuer == "CN=Test authority"; // the test's own server
        if (certificate is not null)
            handler.SslOptions.ClientCertificates = [certificate];
        using var http = new HttpClient(handler) { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/token") { Content = Form(clientId, more) };
        if (header is not null)
            request.Headers.TryAddWithoutValidation(Header, header);
        using var answer = await http.SendAsync(request, SignedIn.Cancellation);
        return answer.StatusCode;
    }
}
