using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace IdentityProvider.Protocol.Clients;

/// <summary>What the certificate of a connection says, as far as a client is known by it (RFC 8705 §2).</summary>
public sealed class ClientCertificate
{
    private const string SubjectAlternativeName = "2.5.29.17";

    private readonly DistinguishedName? _subject;
    private readonly List<(CertificateName Kind, string Value)> _names = [];
    private readonly DateTimeOffset _notBefore;
    private readonly DateTimeOffset _notAfter;

    private ClientCertificate(X509Certificate2 certificate, bool isTrusted)
    {
        Sha256 = SHA256.HashData(certificate.RawDataMemory.Span);
        IsTrusted = isTrusted;
        _notBefore = certificate.NotBefore;
        _notAfter = certificate.NotAfter;
        _subject = DistinguishedName.Of(certificate.SubjectName);
        foreach (var extension in certificate.Extensions.Where(e => e.Oid?.Value == SubjectAlternativeName))
            ReadNames(extension.RawData);
    }

    /// <summary>SHA-256 of its DER: <c>x5t#S256</c> before base64url (RFC 8705 §3.1).</summary>
    public ReadOnlyMemory<byte> Sha256 { get; }

    /// <summary>Whether a trusted authority issued it for clients.</summary>
    public bool IsTrusted { get; }

    /// <summary>Reads a certificate.</summary>
    /// <param name="certificate">Of a peer that proved to hold its private key.</param>
    /// <param name="isTrusted">Whether its chain leads to a trusted authority.</param>
    public static ClientCertificate Of(X509Certificate2 certificate, bool isTrusted)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return new(certificate, isTrusted);
    }

    public bool IsValidAt(DateTimeOffset now) => now >= _notBefore && now <= _notAfter;

    /// <summary>Whether it has this name, whole: a wildcard in a certificate stands for nobody.</summary>
    public bool Has(CertificateSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return subject.Kind switch
        {
            CertificateName.SubjectDn => DistinguishedName.Parse(subject.Value) is { } expected && expected.Equals(_subject),
            CertificateName.SanIp => IPAddress.TryParse(subject.Value, out var address) && _names.Contains((CertificateName.SanIp, address.ToString())),
            CertificateName.SanDns => _names.Any(name => name.Kind == CertificateName.SanDns && name.Value.Equals(subject.Value, StringComparison.OrdinalIgnoreCase)),
            _ => _names.Contains((subject.Kind, subject.Value)),
        };
    }

    // RFC 5280 §4.2.1.6: GeneralName is a choice by tag; those that nobody asks for are passed over.
    private void ReadNames(byte[] extension)
    {
        try
        {
            var names = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                var tag = names.PeekTag();
                if (KindOf(tag) is { } kind)
                    _names.Add((kind, TextOf(kind, names.ReadOctetString(tag))));
                else
                    names.ReadEncodedValue();
            }
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException)
        {
            _names.Clear(); // an extension that can't be read names nobody
        }
    }

    private static CertificateName? KindOf(Asn1Tag tag) => tag is { TagClass: TagClass.ContextSpecific, IsConstructed: false }
        ? tag.TagValue switch
        {
            1 => CertificateName.SanEmail,
            2 => CertificateName.SanDns,
            6 => CertificateName.SanUri,
            7 => CertificateName.SanIp,
            _ => null,
        }
        : null;

    private static string TextOf(CertificateName kind, byte[] value) => kind == CertificateName.SanIp ? new IPAddress(value).ToString() : Encoding.Latin1.GetString(value);
}
