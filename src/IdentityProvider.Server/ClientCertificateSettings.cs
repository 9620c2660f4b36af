using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IdentityProvider.Server;

/// <summary>Where the certificates of clients come from (RFC 8705), if there are any: nowhere, unless one of the two is set.</summary>
public sealed record ClientCertificateSettings
{
    /// <summary>From the connection, where this server ends TLS itself: clients are asked for a certificate and may have none.</summary>
    public bool FromConnection { get; init; }

    /// <summary>From this header, where a proxy ends TLS: RFC 9440's <c>Client-Cert</c>, or one with nginx's <c>$ssl_client_escaped_cert</c>.</summary>
    public string? Header { get; init; }

    /// <summary>The addresses, or networks such as 10.0.0.0/8, of proxies that may set <see cref="Header"/>. Anyone else's is ignored.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>A PEM file with the authorities, and those between, whose certificates make <c>tls_client_auth</c> work.</summary>
    public string? AuthoritiesFile { get; init; }

    /// <summary>Where clients with certificates call, if it is elsewhere: scheme, host and port (RFC 8705 §5, <c>mtls_endpoint_aliases</c>).</summary>
    public string? Endpoint { get; init; }

    /// <summary>Whether clients can have certificates at all.</summary>
    public bool IsEnabled => FromConnection || Header is not null;

    /// <summary>The proxies' networks, an address being one of its own.</summary>
    internal IEnumerable<IPNetwork?> Networks => TrustedProxies.Select(ForwardingSettings.NetworkOf);

    /// <summary>The certificates of <see cref="AuthoritiesFile"/>.</summary>
    /// <exception cref="SettingsException">It can't be read, or holds none.</exception>
    internal X509Certificate2Collection ReadAuthorities()
    {
        var certificates = new X509Certificate2Collection();
        if (AuthoritiesFile is null)
            return certificates;
        try
        {
            certificates.ImportFromPemFile(AuthoritiesFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new SettingsException($"Idp:ClientCertificates:AuthoritiesFile can't be read: {e.Message.ReplaceLineEndings(" ")}");
        }

        return certificates.Count > 0
            ? certificates
            : throw new SettingsException("Idp:ClientCertificates:AuthoritiesFile holds no certificate in PEM.");
    }

    internal IEnumerable<string> Mistakes()
    {
        if (FromConnection && Header is not null)
            yield return "Idp:ClientCertificates:FromConnection and Idp:ClientCertificates:Header can't both be set: TLS ends here or at a proxy.";
        if (Header is not null && (Header.Length == 0 || !Header.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')))
            yield return "Idp:ClientCertificates:Header must be the name of a header, such as Client-Cert.";
        if (Header is not null && TrustedProxies.Count == 0)
            yield return "Idp:ClientCertificates:TrustedProxies must name the proxies that set Idp:ClientCertificates:Header.";
        if (Header is null && TrustedProxies.Count > 0)
            yield return "Idp:ClientCertificates:TrustedProxies is of no use without Idp:ClientCertificates:Header.";
        if (Networks.Contains(null))
            yield return "Idp:ClientCertificates:TrustedProxies must be addresses, or networks such as 10.0.0.0/8.";
        if (!IsEnabled && (AuthoritiesFile ?? Endpoint) is not null)
            yield return "Idp:ClientCertificates needs FromConnection or Header, or else there are no certificates.";
        if (Endpoint is not null && !(Uri.TryCreate(Endpoint, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && Endpoint == uri.GetLeftPart(UriPartial.Authority)))
            yield return "Idp:ClientCertificates:Endpoint must be an https URL of scheme, host and port alone.";
    }
}
