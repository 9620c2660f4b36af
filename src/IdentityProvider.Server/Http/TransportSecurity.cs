using System.Net.Security;
using System.Runtime.Versioning;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace IdentityProvider.Server.Http;

/// <summary>TLS where this server ends it itself: 1.3, and 1.2 with the cipher suites that BCP 195 recommends alone (RFC 9325 §3.1.1, §4.2; FAPI 2.0 §5.2.1).</summary>
internal static class TransportSecurity
{
    private static readonly TlsCipherSuite[] Recommended =
    [
        TlsCipherSuite.TLS_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    ];

    public static void Limit(HttpsConnectionAdapterOptions https)
    {
        https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;

        // Windows chooses for the whole machine.
        if (!OperatingSystem.IsWindows())
            https.OnAuthenticate = Choose;
    }

    [UnsupportedOSPlatform("windows")]
    private static void Choose(ConnectionContext connection, SslServerAuthenticationOptions options) => options.CipherSuitesPolicy = new CipherSuitesPolicy(Recommended);
}
