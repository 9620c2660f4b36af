using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IdentityProvider.Protocol.Tests.Clients;

/// <summary>Certificates that nobody vouches for.</summary>
internal static class Certificates
{
    public static X509Certificate2 Make(string subject, Action<SubjectAlternativeNameBuilder>? name = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName(subject), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        name?.Invoke(names);
        if (name is not null)
            request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(Given.Now.AddDays(-1), Given.Now.AddDays(1));
    }

    public static X509Certificate2 WithEveryName() => Make("CN=app, O=Example", names =>
    {
        names.AddDnsName("App.example.com");
        names.AddDnsName("*.wild.example.com");
        names.AddUri(new Uri("https://app.example/id"));
        names.AddIpAddress(IPAddress.Parse("192.0.2.7"));
        names.AddIpAddress(IPAddress.Parse("2001:db8::1"));
        names.AddEmailAddress("app@example.com");
        names.AddUserPrincipalName("app@other.example");
    });
}
