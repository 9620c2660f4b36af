using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IdentityProvider.Protocol.Clients;

/// <summary>
/// The header in which a proxy hands on the certificate of its peer: RFC 9440 §2.2's byte sequence, or PEM with its special characters escaped as
/// in a URL, which is nginx's <c>$ssl_client_escaped_cert</c>. One certificate and nothing else.
/// </summary>
public static class ClientCertificateHeader
{
    /// <summary>The longest value, in characters.</summary>
    public const int LongestValue = 16 * 1024;

    private const string Label = "CERTIFICATE";

    /// <summary>Reads the value; null for what is no certificate. Never throws on what it says.</summary>
    public static X509Certificate2? Parse(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length is 0 or > LongestValue || BytesOf(value.Trim()) is not { } der)
            return null;
        try
        {
            var certificate = X509CertificateLoader.LoadCertificate(der);

            // What follows the certificate, or is another format that the loader knows, is not what the proxy was to send.
            if (certificate.RawDataMemory.Span.SequenceEqual(der))
                return certificate;
            certificate.Dispose();
        }
        catch (CryptographicException)
        {
        }

        return null;
    }

    private static byte[]? BytesOf(string value)
    {
        if (value is [':', .. var sequence, ':'])
            return DecodeBase64(sequence);
        var pem = Uri.UnescapeDataString(value);
        if (!PemEncoding.TryFind(pem, out var fields) || !pem[fields.Label].Equals(Label, StringComparison.Ordinal))
            return null;
        var (start, end) = (fields.Location.Start.GetOffset(pem.Length), fields.Location.End.GetOffset(pem.Length));
        return string.IsNullOrWhiteSpace(pem[..start]) && string.IsNullOrWhiteSpace(pem[end..]) ? DecodeBase64(pem[fields.Base64Data]) : null;
    }

    private static byte[]? DecodeBase64(string text)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Convert.TryFromBase64String(text, bytes, out var length) && length > 0 ? bytes[..length] : null;
    }
}
