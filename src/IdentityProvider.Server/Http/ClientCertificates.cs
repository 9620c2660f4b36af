using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace IdentityProvider.Server.Http;

/// <summary>
/// The certificate of a request (RFC 8705): the connection's, or what a trusted proxy says in the header that a setting names. In both cases the
/// handshake proved that the client holds its private key; who vouches for it is asked here.
/// </summary>
public sealed class ClientCertificates
{
    private const string ForClients = "1.3.6.1.5.5.7.3.2";

    private static readonly object Found = new();

    private readonly ClientCertificateSettings _settings;
    private readonly IPNetwork[] _proxies;
    private readonly X509Certificate2Collection _authorities;
    private readonly TimeProvider _clock;

    public ClientCertificates(Settings settings, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings.ClientCertificates;
        _proxies = [.. _settings.Networks.OfType<IPNetwork>()];
        _authorities = _settings.ReadAuthorities();
        _clock = clock;
    }

    /// <summary>The certificate; null where there is none. Valid until the request ends.</summary>
    public X509Certificate2? Find(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (_settings.FromConnection)
            return http.Connection.ClientCertificate;
        if (_settings.Header is not { } name || !IsTrustedProxy(Forwarding.PeerOf(http)))
            return null;
        if (http.Items.TryGetValue(Found, out var found))
            return (X509Certificate2?)found;

        // Two of them are nobody's: a proxy sets one.
        var certificate = http.Request.Headers[name] is [{ } value] ? ClientCertificateHeader.Parse(value) : null;
        if (certificate is not null)
            http.Response.RegisterForDispose(certificate);
        http.Items[Found] = certificate;
        return certificate;
    }

    /// <summary>The same, read, and whether its chain leads to a trusted authority.</summary>
    public ClientCertificate? Read(HttpContext http) => Find(http) is { } certificate ? ClientCertificate.Of(certificate, IsTrusted(certificate)) : null;

    /// <summary>Its <c>x5t#S256</c>, to which tokens can be bound (RFC 8705 §3.1); null where there is none.</summary>
    public string? ThumbprintOf(HttpContext http) =>
        Find(http) is { } certificate ? CanonicalBase64Url.Encode(SHA256.HashData(certificate.RawDataMemory.Span)) : null;

    /// <summary>
    /// Kestrel asks each client for a certificate and takes any: which one counts is decided per client. An endpoint of the section Kestrel may
    /// say otherwise by its <c>ClientCertificateMode</c>.
    /// </summary>
    internal static void Ask(HttpsConnectionAdapterOptions https, Settings settings)
    {
        if (settings.ClientCertificates.FromConnection)
        {
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.AllowAnyClientCertificate();
        }
    }

    private bool IsTrustedProxy(IPAddress? peer)
    {
        if (peer is null)
            return false;
        var address = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
        return _proxies.Any(network => network.Contains(address));
    }

    // Nothing is fetched on the way: neither issuers nor lists of revoked certificates (docs/deviations.md).
    private bool IsTrusted(X509Certificate2 certificate)
    {
        if (_authorities.Count == 0)
            return false;
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        foreach (var authority in _authorities)
            (IsRoot(authority) ? policy.CustomTrustStore : policy.ExtraStore).Add(authority);
        policy.ApplicationPolicy.Add(new Oid(ForClients));
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = _clock.GetUtcNow().UtcDateTime;
        policy.VerificationTimeIgnored = false;
        var isTrusted = chain.Build(certificate);
        foreach (var element in chain.ChainElements)
            element.Certificate.Dispose();
        return isTrusted;
    }

    private static bool IsRoot(X509Certificate2 authority) => authority.SubjectName.RawData.AsSpan().SequenceEqual(authority.IssuerName.RawData);
}
