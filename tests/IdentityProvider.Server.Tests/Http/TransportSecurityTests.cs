using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using IdentityProvider.Server.Tests.Endpoints.ClientAuthentication;
using Microsoft.AspNetCore.Hosting;

namespace IdentityProvider.Server.Tests.Http;

/// <summary>TLS where this server ends it itself (RFC 9325), and what browsers are told of it (RFC 6797).</summary>
public sealed class TransportSecurityTests : IAsyncLifetime
{
    private readonly TestAuthority _authority = new();
    private TestServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var certificate = _authority.IssueForServer();
        _server = await TestServer.StartAsync(change: settings => settings with { Issuer = "https://login.example" }, listen: kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHttps(certificate)));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _authority.Dispose();
    }

    [Theory]
    [InlineData(SslProtocols.Tls13, TlsCipherSuite.TLS_AES_256_GCM_SHA384)]
    [InlineData(SslProtocols.Tls13, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256)]
    [InlineData(SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)]
    public async Task Speaks_what_is_recommended(SslProtocols protocol, TlsCipherSuite suite) => Assert.Equal((protocol, suite), await HandshakeAsync(protocol, suite));

    [Theory]
    [InlineData(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256)]
    [InlineData(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA)]
    [InlineData(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256)]
    public async Task Speaks_nothing_else(TlsCipherSuite suite)
    {
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => HandshakeAsync(SslProtocols.Tls12, suite));
        Assert.True(refused is AuthenticationException or IOException, refused.ToString());
    }

    [Fact]
    public async Task Tells_browsers_to_come_by_TLS_alone_from_then_on()
    {
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = new() { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.Subject == "CN=localhost" } });
        using var answer = await http.GetAsync(new Uri(_server.Address, "/.well-known/jwks.json"), Cancellation);
        Assert.Equal("max-age=31536000; includeSubDomains", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")));
    }

    private async Task<(SslProtocols Protocol, TlsCipherSuite Suite)> HandshakeAsync(SslProtocols protocol, TlsCipherSuite suite)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(_server.Address.Host, _server.Address.Port, Cancellation);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = protocol,
                CipherSuitesPolicy = OperatingSystem.IsWindows() ? null : new CipherSuitesPolicy([suite]),
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.Subject == "CN=localhost",
            },
            Cancellation);
        return (tls.SslProtocol, tls.NegotiatedCipherSuite);
    }
}
