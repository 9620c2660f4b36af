using System.Security.Cryptography.X509Certificates;
using FsCheck;
using FsCheck.Fluent;
using IdentityProvider.Protocol.Clients;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Clients;

/// <summary>RFC 9440 §2.2 and nginx's escaped PEM: one certificate, and nothing else.</summary>
public sealed class ClientCertificateHeaderTests
{
    private static readonly X509Certificate2 Certificate = Certificates.WithEveryName();
    private static readonly string Sequence = $":{Convert.ToBase64String(Certificate.RawData)}:";
    private static readonly string Pem = Certificate.ExportCertificatePem();

    [Fact]
    public void Reads_both_forms()
    {
        foreach (var value in new[] { Sequence, $" {Sequence} ", Uri.EscapeDataString(Pem), Uri.EscapeDataString(Pem + "\n"), Pem })
        {
            using var read = ClientCertificateHeader.Parse(value);
            Assert.Equal(Certificate.Thumbprint, read?.Thumbprint);
        }
    }

    [Fact]
    public void What_is_more_or_less_than_one_certificate_is_none()
    {
        var der = Certificate.RawData;
        string[] values =
        [
            "", " ", ":", "::", ": :", "%", "-----BEGIN CERTIFICATE-----", "(null)",
            Convert.ToBase64String(der),
            $":{Convert.ToBase64String([.. der, 0])}:",
            $":{Convert.ToBase64String(der[..^1])}:",
            $"{Sequence}, {Sequence}",
            $"{Sequence};a=1",
            Uri.EscapeDataString(Pem + Pem),
            Uri.EscapeDataString("x" + Pem),
            Uri.EscapeDataString(Pem.Replace("CERTIFICATE", "PKCS7", StringComparison.Ordinal)),
            Uri.EscapeDataString(Pem.Replace("CERTIFICATE", "PRIVATE KEY", StringComparison.Ordinal)),
            $":{Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(Pem))}:",
            new string(':', ClientCertificateHeader.LongestValue + 1),
        ];
        Assert.All(values, value => Assert.Null(ClientCertificateHeader.Parse(value)));
    }

    [Fact]
    public void A_file_with_a_private_key_is_no_certificate()
    {
        var file = Certificate.Export(X509ContentType.Pkcs12);
        Assert.Null(ClientCertificateHeader.Parse($":{Convert.ToBase64String(file)}:"));
    }

    [Fact]
    public void No_value_is_too_strange_to_be_read() =>
        Prop.ForAll<string>(text =>
        {
            ClientCertificateHeader.Parse(text ?? "")?.Dispose();
            ClientCertificateHeader.Parse($":{text}:")?.Dispose();
            ClientCertificateHeader.Parse(Pem.Insert(Math.Min(Pem.Length, text?.Length ?? 0), text ?? ""))?.Dispose();
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_changed_byte_is_the_same_certificate() =>
        Prop.ForAll<int, byte>((at, change) =>
        {
            var der = Certificate.RawData;
            der[Math.Abs(at % der.Length)] ^= change;
            using var read = ClientCertificateHeader.Parse($":{Convert.ToBase64String(der)}:");
            Assert.True(read is null || change == 0 || read.Thumbprint != Certificate.Thumbprint);
        }).QuickCheckThrowOnFailure();
}
