using System.Text;
using System.Xml;

namespace IdentityProvider.Server;

/// <summary>Which kind of image a file is, by what is in it: its name may say anything.</summary>
internal static class ImageKind
{
    /// <summary>The media type; null where it is none that every browser shows.</summary>
    public static string? Of(ReadOnlySpan<byte> content) => content switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => "image/png",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => "image/webp",
        _ => IsSvg(content) ? "image/svg+xml" : null,
    };

    // Well-formed, without a document type, and of the one namespace: what is shown is what was meant.
    private static bool IsSvg(ReadOnlySpan<byte> content)
    {
        try
        {
            using var reader = XmlReader.Create(
                new StringReader(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(content).TrimStart('\uFEFF')),
                new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            var isSvg = reader.MoveToContent() is XmlNodeType.Element && reader is { LocalName: "svg", NamespaceURI: "http://www.w3.org/2000/svg" };
            while (isSvg && reader.Read())
            {
            }

            return isSvg;
        }
        catch (Exception e) when (e is XmlException or ArgumentException)
        {
            return false;
        }
    }
}
