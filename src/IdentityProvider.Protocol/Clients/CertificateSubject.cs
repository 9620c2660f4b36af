using System.Net;
using System.Net.Mail;

namespace IdentityProvider.Protocol.Clients;

/// <summary>The one name by which a client's certificate is known (RFC 8705 §2.1.2).</summary>
/// <param name="Kind">Which of the certificate's names.</param>
/// <param name="Value">What it must be.</param>
public sealed record CertificateSubject(CertificateName Kind, string Value)
{
    /// <summary>Whether the value can be one of its kind.</summary>
    public bool IsWellFormed => Value.Length <= 1000 && Kind switch
    {
        CertificateName.SubjectDn => DistinguishedName.Parse(Value) is not null,
        CertificateName.SanDns => Uri.CheckHostName(Value) == UriHostNameType.Dns,
        CertificateName.SanUri => WebUris.IsAbsolute(Value),
        CertificateName.SanIp => IPAddress.TryParse(Value, out _),
        _ => MailAddress.TryCreate(Value, out var address) && address.Address == Value,
    };
}

/// <summary>The names of a certificate, by RFC 8705 §2.1.2's members.</summary>
public enum CertificateName
{
    /// <summary><c>tls_client_auth_subject_dn</c>, as RFC 4514 writes it.</summary>
    SubjectDn,

    /// <summary><c>tls_client_auth_san_dns</c></summary>
    SanDns,

    /// <summary><c>tls_client_auth_san_uri</c></summary>
    SanUri,

    /// <summary><c>tls_client_auth_san_ip</c></summary>
    SanIp,

    /// <summary><c>tls_client_auth_san_email</c></summary>
    SanEmail,
}
