using System.Security.Cryptography.X509Certificates;
using System.Text;
using IdentityProvider.Protocol.Clients;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Clients;

/// <summary>RFC 8705 §2: a client is known by the certificate of its connection.</summary>
public sealed class ClientCertificateRulesTests
{
    private static readonly X509Certificate2 Certificate = Certificates.WithEveryName();
    private static readonly ClientCertificate Trusted = ClientCertificate.Of(Certificate, isTrusted: true);
    private static readonly ClientCertificate Untrusted = ClientCertificate.Of(Certificate, isTrusted: false);
    private static readonly PresentedClient Presented = Given.Allowed(ClientAuthenticationRules.Read(null, Given.Parameters("client_id=app")));

    private static readonly Client ByAuthority = Given.Client() with
    {
        TokenEndpointAuthMethod = ClientAuthenticationMethod.TlsClientAuth,
        TlsClientAuthSubject = new(CertificateName.SubjectDn, "CN=app,O=Example"),
    };

    private static readonly Client ByItself = Given.Client() with { TokenEndpointAuthMethod = ClientAuthenticationMethod.SelfSignedTlsClientAuth, Jwks = Keys(Certificate) };

    [Theory]
    [InlineData(CertificateName.SubjectDn, "CN=app,O=Example")]
    [InlineData(CertificateName.SanDns, "app.example.com")]
    [InlineData(CertificateName.SanUri, "https://app.example/id")]
    [InlineData(CertificateName.SanIp, "192.0.2.7")]
    [InlineData(CertificateName.SanIp, "2001:DB8:0::1")]
    [InlineData(CertificateName.SanEmail, "app@example.com")]
    public void A_certificate_of_a_trusted_authority_with_the_registered_name_is_the_client(CertificateName kind, string value) =>
        Assert.Equal("app", Given.Allowed(Decide(ByAuthority with { TlsClientAuthSubject = new(kind, value) }, Trusted)).ClientId);

    [Theory]
    [InlineData(CertificateName.SubjectDn, "CN=app")]
    [InlineData(CertificateName.SubjectDn, "O=Example,CN=app")]
    [InlineData(CertificateName.SanDns, "example.com")]
    [InlineData(CertificateName.SanDns, "a.wild.example.com")]
    [InlineData(CertificateName.SanDns, "192.0.2.7")]
    [InlineData(CertificateName.SanUri, "https://APP.example/id")]
    [InlineData(CertificateName.SanUri, "app.example.com")]
    [InlineData(CertificateName.SanIp, "192.0.2.8")]
    [InlineData(CertificateName.SanEmail, "APP@example.com")]
    [InlineData(CertificateName.SanEmail, "app@other.example")]
    public void Refuses_a_certificate_of_another_name(CertificateName kind, string value) =>
        Assert.Equal(Refusal.ClientCertificateSubjectMismatch, Given.Refused(Decide(ByAuthority with { TlsClientAuthSubject = new(kind, value) }, Trusted)));

    [Fact]
    public void Refuses_a_certificate_that_no_trusted_authority_issued() =>
        Assert.Equal(Refusal.ClientCertificateNotTrusted, Given.Refused(Decide(ByAuthority, Untrusted)));

    [Fact]
    public void A_certificate_that_the_client_registered_is_the_client_whoever_issued_it()
    {
        Assert.Equal("app", Given.Allowed(Decide(ByItself, Untrusted)).ClientId);
        using var other = Certificates.Make("CN=app, O=Example");
        Assert.Equal(Refusal.ClientCertificateNotRegistered, Given.Refused(Decide(ByItself, ClientCertificate.Of(other, isTrusted: true))));
        Assert.Equal(Refusal.ClientCertificateNotRegistered, Given.Refused(ClientCertificateRules.Decide(Presented, ByItself, Untrusted, ClientKeySet.Empty, Given.Now)));
    }

    [Fact]
    public void Refuses_no_certificate_and_one_out_of_its_time()
    {
        foreach (var client in new[] { ByAuthority, ByItself })
        {
            Assert.Equal(Refusal.ClientCertificateMissing, Given.Refused(Decide(client, null)));
            Assert.Equal(Refusal.ClientCertificateExpired, Given.Refused(ClientCertificateRules.Decide(Presented, client, Trusted, Keys(Certificate), Given.Now.AddDays(2))));
            Assert.Equal(Refusal.ClientCertificateExpired, Given.Refused(ClientCertificateRules.Decide(Presented, client, Trusted, Keys(Certificate), Given.Now.AddDays(-2))));
        }
    }

    [Fact]
    public void Refuses_two_methods_and_another_client()
    {
        var secret = Given.Allowed(ClientAuthenticationRules.Read(null, Given.Parameters("client_id=app&client_secret=x")));
        Assert.Equal(Refusal.ClientAuthenticationMethodNotRegistered, Given.Refused(ClientCertificateRules.Decide(secret, ByAuthority, Trusted, ClientKeySet.Empty, Given.Now)));
        Assert.Equal(Refusal.ClientAuthenticationMethodNotRegistered, Given.Refused(ClientCertificateRules.Decide(Presented, Given.Client(), Trusted, ClientKeySet.Empty, Given.Now)));
        Assert.Equal(Refusal.ClientUnknown, Given.Refused(Decide(ByAuthority with { ClientId = "other" }, Trusted)));
        Assert.Equal(Refusal.ClientUnknown, Given.Refused(ClientCertificateRules.Decide(Presented, null, Trusted, ClientKeySet.Empty, Given.Now)));

        // And without a look at the certificate such a client is nobody.
        Assert.Equal(Refusal.ClientAuthenticationMethodNotRegistered, Given.Refused(ClientAuthenticationRules.Decide(Presented, ByAuthority, Given.Now)));
        Assert.Equal(Refusal.ClientAuthenticationMethodNotRegistered, Given.Refused(ClientAuthenticationRules.Decide(Presented, ByItself, Given.Now)));
    }

    [Fact]
    public void All_causes_have_one_answer() =>
        Assert.Single(Enum.GetValues<Refusal>().Where(r => r.ToString().StartsWith("ClientCertificate", StringComparison.Ordinal)).Append(Refusal.ClientSecretWrong)
            .Select(Refusals.Of).Select(answer => (answer.Error, answer.Status, answer.Description)).Distinct());

    [Fact]
    public void A_client_registers_one_name_or_its_certificate()
    {
        var app = new ClientMetadata { RedirectUris = ["https://app.example/cb"] };
        var byName = app with { TokenEndpointAuthMethod = "tls_client_auth", TlsClientAuthSanDns = "app.example.com" };
        var client = Valid(byName);
        Assert.False(client.IsPublic || client.HasSecret);
        Assert.Equal(client.TlsClientAuthSubject, ClientMetadataRules.Restore(ClientMetadata.Of(client))!.TlsClientAuthSubject);
        Assert.NotNull(Valid(app with { TokenEndpointAuthMethod = "self_signed_tls_client_auth", Jwks = Keys(Certificate).Document }));
        Assert.NotNull(Valid(app with { TokenEndpointAuthMethod = "self_signed_tls_client_auth", JwksUri = "https://app.example/jwks" }));

        Refused(app with { TokenEndpointAuthMethod = "tls_client_auth" }, "token_endpoint_auth_method");
        Refused(app with { TokenEndpointAuthMethod = "self_signed_tls_client_auth" }, "token_endpoint_auth_method");
        Refused(app with { TlsClientAuthSanDns = "app.example.com" }, "token_endpoint_auth_method");
        Refused(byName with { TlsClientAuthSanEmail = "app@example.com" }, "tls_client_auth_san_email");
        Refused(app with { TokenEndpointAuthMethod = "self_signed_tls_client_auth", Jwks = ClientKeySet.Empty.Document }, "jwks");
    }

    [Theory]
    [InlineData("app", null, null, null, null, "tls_client_auth_subject_dn")]
    [InlineData(null, "*.example.com", null, null, null, "tls_client_auth_san_dns")]
    [InlineData(null, null, "id", null, null, "tls_client_auth_san_uri")]
    [InlineData(null, null, null, "1.2.3.400", null, "tls_client_auth_san_ip")]
    [InlineData(null, null, null, null, "App <app@example.com>", "tls_client_auth_san_email")]
    public void Refuses_a_name_that_is_none(string? dn, string? dns, string? uri, string? ip, string? email, string member) =>
        Refused(
            new()
            {
                RedirectUris = ["https://app.example/cb"], TokenEndpointAuthMethod = "tls_client_auth", TlsClientAuthSubjectDn = dn, TlsClientAuthSanDns = dns,
                TlsClientAuthSanUri = uri, TlsClientAuthSanIp = ip, TlsClientAuthSanEmail = email,
            },
            member);

    private static Decision<AuthenticatedClient> Decide(Client client, ClientCertificate? certificate) =>
        ClientCertificateRules.Decide(Presented, client, certificate, client.Jwks ?? ClientKeySet.Empty, Given.Now);

    private static ClientKeySet Keys(X509Certificate2 certificate) => ClientKeySet.Parse(
        Encoding.UTF8.GetBytes($$"""{"keys":[{"kty":"EC","x5c":["{{Convert.ToBase64String(certificate.RawData)}}"]}]}"""), out _)!;

    private static Client Valid(ClientMetadata metadata) => Assert.IsType<Validated<Client>.Valid>(ClientMetadataRules.Decide(metadata, "new", [])).Value;

    private static void Refused(ClientMetadata metadata, string member) =>
        Assert.Equal(member, Assert.IsType<Validated<Client>.Invalid>(ClientMetadataRules.Decide(metadata, "new", [])).Error.Member);
}
