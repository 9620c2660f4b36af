using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Server.Tests.Endpoints.ClientAuthentication;

/// <summary>An authority of a test, in a file as an operator would name it.</summary>
internal sealed class TestAuthority : IDisposable
{
    private const string ForClients = "1.3.6.1.5.5.7.3.2";
    private const string ForServers = "1.3.6.1.5.5.7.3.1";

    private static readonly DateTimeOffset From = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Until = new(2035, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly X509Certificate2 _root;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("idp-authority-");

    public TestAuthority(string name = "CN=Test authority")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _root = request.CreateSelfSigned(From, Until);
        System.IO.File.WriteAllText(File, _root.ExportCertificatePem());
    }

    public string File => Path.Combine(_folder.FullName, "authorities.pem");

    /// <summary>A client's certificate with its key.</summary>
    public X509Certificate2 Issue(string subject, string? dns = null, string purpose = ForClients, DateTimeOffset? until = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issued = Request(key, subject, dns, purpose).Create(_root, From, until ?? Until, [1, 2, 3, 4]);
        return WithKey(issued, key);
    }

    public X509Certificate2 IssueForServer() => Issue("CN=localhost", "localhost", ForServers);

    /// <summary>A certificate that nobody else vouches for, with its key.</summary>
    public static X509Certificate2 SelfSigned(string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Request(key, subject, null, ForClients).CreateSelfSigned(From, Until);
    }

    /// <summary>The key set by which a client registers a certificate (RFC 8705 §2.2.2).</summary>
    public static ClientKeySet KeysOf(X509Certificate2 certificate) => ClientKeySet.Parse(
        Encoding.UTF8.GetBytes($$"""{"keys":[{"kty":"EC","x5c":["{{Convert.ToBase64String(certificate.RawData)}}"]}]}"""), out _)!;

    public void Dispose()
    {
        _root.Dispose();
        _folder.Delete(recursive: true);
    }

    private static CertificateRequest Request(ECDsa key, string subject, string? dns, string purpose)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        if (dns is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(dns);
            request.CertificateExtensions.Add(names.Build());
        }

        return request;
    }

    // Through a file's bytes, as TLS wants its keys on some platforms.
    private static X509Certificate2 WithKey(X509Certificate2 certificate, ECDsa key)
    {
        using var both = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(both.Export(X509ContentType.Pkcs12), null);
    }
}
