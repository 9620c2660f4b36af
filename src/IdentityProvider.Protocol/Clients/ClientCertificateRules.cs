namespace IdentityProvider.Protocol.Clients;

/// <summary>
/// <c>tls_client_auth</c> and <c>self_signed_tls_client_auth</c>: a client proves who it is by the certificate of its connection (RFC 8705 §2).
/// </summary>
public static class ClientCertificateRules
{
    /// <summary>Whether this client is known by a certificate alone.</summary>
    public static bool IsFor(Client? client) =>
        client?.TokenEndpointAuthMethod is ClientAuthenticationMethod.TlsClientAuth or ClientAuthenticationMethod.SelfSignedTlsClientAuth;

    /// <summary>Checks the proof.</summary>
    /// <param name="presented">What the request says: the client's identifier, and no other method (RFC 8705 §2).</param>
    /// <param name="client">The client of that identifier; null where there is none.</param>
    /// <param name="certificate">The certificate of the connection; null where there is none.</param>
    /// <param name="keys">That client's key set, for a certificate that nobody vouches for.</param>
    /// <param name="now">The moment.</param>
    public static Decision<AuthenticatedClient> Decide(
        PresentedClient presented, Client? client, ClientCertificate? certificate, ClientKeySet keys, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(presented);
        ArgumentNullException.ThrowIfNull(keys);

        // 1. The client exists, and is registered for this and shows nothing else (RFC 6749 §5.2, RFC 7591 §2).
        if (client is null || !string.Equals(client.ClientId, presented.ClientId, StringComparison.Ordinal))
            return Refusal.ClientUnknown;
        if (!IsFor(client) || presented.Method != ClientAuthenticationMethod.None)
            return Refusal.ClientAuthenticationMethodNotRegistered;

        // 2. A certificate, within its life (RFC 5280 §4.1.2.5).
        if (certificate is null)
            return Refusal.ClientCertificateMissing;
        if (!certificate.IsValidAt(now))
            return Refusal.ClientCertificateExpired;

        // 3. One that an authority of ours issued to the registered name (RFC 8705 §2.1) …
        if (client.TlsClientAuthSubject is { } subject)
        {
            if (!certificate.IsTrusted)
                return Refusal.ClientCertificateNotTrusted;
            return certificate.Has(subject) ? new AuthenticatedClient(client) : Refusal.ClientCertificateSubjectMismatch;
        }

        // … or the very one that the client registered (RFC 8705 §2.2).
        return keys.HasCertificate(certificate.Sha256.Span) ? new AuthenticatedClient(client) : Refusal.ClientCertificateNotRegistered;
    }

    /// <summary>Reads RFC 8705 §2.1.2's members; null where there is none.</summary>
    internal static MetadataError? Read(ClientMetadata metadata, out CertificateSubject? subject)
    {
        (CertificateName Kind, string Member, string? Value)[] members =
        [
            (CertificateName.SubjectDn, "tls_client_auth_subject_dn", metadata.TlsClientAuthSubjectDn),
            (CertificateName.SanDns, "tls_client_auth_san_dns", metadata.TlsClientAuthSanDns),
            (CertificateName.SanUri, "tls_client_auth_san_uri", metadata.TlsClientAuthSanUri),
            (CertificateName.SanIp, "tls_client_auth_san_ip", metadata.TlsClientAuthSanIp),
            (CertificateName.SanEmail, "tls_client_auth_san_email", metadata.TlsClientAuthSanEmail),
        ];
        subject = null;
        foreach (var (kind, member, value) in members)
        {
            if (value is null)
                continue;
            if (subject is not null)
                return new(member, "must not stand beside another name of the certificate");
            subject = new(kind, value);
            if (!subject.IsWellFormed)
                return new(member, kind == CertificateName.SubjectDn ? "must be a distinguished name as RFC 4514 writes it, such as CN=app,O=Example,C=DE" : "is no such name");
        }

        return null;
    }

    /// <summary>What a client by this method must have registered.</summary>
    internal static MetadataError? Refuse(Client client)
    {
        var byAuthority = client.TokenEndpointAuthMethod == ClientAuthenticationMethod.TlsClientAuth;
        var byItself = client.TokenEndpointAuthMethod == ClientAuthenticationMethod.SelfSignedTlsClientAuth;
        return
            // 1. One name, where an authority says whose the certificate is (RFC 8705 §2.1.2).
            Broken(byAuthority && client.TlsClientAuthSubject is null, "token_endpoint_auth_method", "tls_client_auth needs tls_client_auth_subject_dn or one of tls_client_auth_san_dns, _uri, _ip, _email")
            ?? Broken(!byAuthority && client.TlsClientAuthSubject is not null, "token_endpoint_auth_method", "must be tls_client_auth, as a name of the certificate is registered")
            // 2. The certificate itself, where nobody does (RFC 8705 §2.2.2).
            ?? Broken(byItself && client is { Jwks: null, JwksUri: null }, "token_endpoint_auth_method", "self_signed_tls_client_auth needs jwks or jwks_uri")
            ?? Broken(byItself && client.Jwks?.HasCertificates == false, "jwks", "has no certificate (x5c) for self_signed_tls_client_auth");
    }

    private static MetadataError? Broken(bool broken, string member, string message) => ClientMetadataRules.Refuse(broken, member, message);
}
