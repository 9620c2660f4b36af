using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace IdentityProvider.Protocol.Clients;

/// <summary>
/// A distinguished name, from the text of RFC 4514 or from a certificate, to be compared with another: attribute by attribute, in order, values
/// character for character. Names with several attributes in one part are not taken.
/// </summary>
public sealed class DistinguishedName : IEquatable<DistinguishedName>
{
    /// <summary>RFC 4514 §3's names, and those that certificates of companies have besides.</summary>
    private static readonly Dictionary<string, string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["CN"] = "2.5.4.3", ["L"] = "2.5.4.7", ["ST"] = "2.5.4.8", ["O"] = "2.5.4.10", ["OU"] = "2.5.4.11", ["C"] = "2.5.4.6", ["STREET"] = "2.5.4.9",
        ["DC"] = "0.9.2342.19200300.100.1.25", ["UID"] = "0.9.2342.19200300.100.1.1", ["serialNumber"] = "2.5.4.5", ["organizationIdentifier"] = "2.5.4.97",
        ["emailAddress"] = "1.2.840.113549.1.9.1", ["jurisdictionC"] = "1.3.6.1.4.1.311.60.2.1.3", ["businessCategory"] = "2.5.4.15",
    };

    private readonly List<(string Type, string Value)> _attributes;

    private DistinguishedName(List<(string, string)> attributes) => _attributes = attributes;

    /// <summary>Reads RFC 4514's text, the most specific attribute first; null for what is none. A space after a comma is forgiven (RFC 2253 §4).</summary>
    public static DistinguishedName? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<(string, string)> attributes = [];
        for (var at = 0; ; at++)
        {
            // 1. The type: a name or a dotted number (RFC 4514 §2.3).
            while (at < text.Length && text[at] == ' ' && attributes.Count > 0)
                at++;
            var equals = text.IndexOf('=', at);
            if (equals < 0 || TypeOf(text[at..equals]) is not { } type)
                return null;

            // 2. The value, in characters or as BER in hexadecimal (§2.4).
            at = equals + 1;
            var value = at < text.Length && text[at] == '#' ? ReadHex(text, ref at) : ReadCharacters(text, ref at);
            if (value is null)
                return null;
            attributes.Add((type, value));

            // 3. The end, or a comma and one more (§2.2).
            if (at == text.Length)
                return new(attributes);
        }
    }

    /// <summary>The name in a certificate, the most specific attribute first; null where it is of a form that is not taken.</summary>
    public static DistinguishedName? Of(X500DistinguishedName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        List<(string, string)> attributes = [];
        foreach (var part in name.EnumerateRelativeDistinguishedNames(reversed: true))
        {
            if (part.HasMultipleElements || part.GetSingleElementValue() is not { } value || part.GetSingleElementType().Value is not { } type)
                return null;
            attributes.Add((type, value));
        }

        return new(attributes);
    }

    public bool Equals(DistinguishedName? other) => other is not null && _attributes.SequenceEqual(other._attributes);

    public override bool Equals(object? obj) => Equals(obj as DistinguishedName);

    public override int GetHashCode() => _attributes.Count == 0 ? 0 : _attributes[0].GetHashCode();

    private static string? TypeOf(string text) =>
        Types.TryGetValue(text, out var known) ? known
        : text.Length > 2 && text.Contains('.', StringComparison.Ordinal) && text.Split('.').All(arc => arc.Length > 0 && arc.All(char.IsAsciiDigit)) ? text
        : null;

    private static string? ReadHex(string text, ref int at)
    {
        var end = text.IndexOf(',', at);
        var digits = text[(at + 1)..(end < 0 ? text.Length : end)];
        at = end < 0 ? text.Length : end;
        try
        {
            var reader = new AsnReader(Convert.FromHexString(digits), AsnEncodingRules.DER);
            var tag = reader.PeekTag();
            var value = tag.TagClass == TagClass.Universal ? reader.ReadCharacterString((UniversalTagNumber)tag.TagValue) : null;
            return reader.HasData ? null : value;
        }
        catch (Exception e) when (e is FormatException or AsnContentException or ArgumentException)
        {
            return null;
        }
    }

    // Characters that mean something stand behind a backslash, or any byte of UTF-8 as two digits (RFC 4514 §2.4, §3).
    private static string? ReadCharacters(string text, ref int at)
    {
        var bytes = new List<byte>();
        var lastIsBareSpace = false;
        for (; at < text.Length && text[at] != ','; at++)
        {
            var c = text[at];
            if ((c == ' ' && bytes.Count == 0) || c is '+' or '"' or ';' or '<' or '>' or '\0')
                return null;
            lastIsBareSpace = c == ' ';
            if (c != '\\')
            {
                var length = char.IsHighSurrogate(c) && at + 1 < text.Length ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(at, length)));
                at += length - 1;
            }
            else if (at + 1 < text.Length && text[at + 1] is ' ' or '"' or '#' or '+' or ',' or ';' or '<' or '=' or '>' or '\\')
            {
                bytes.Add((byte)text[++at]);
            }
            else if (at + 2 < text.Length && byte.TryParse(text.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                bytes.Add(value);
                at += 2;
            }
            else
            {
                return null;
            }
        }

        try
        {
            return lastIsBareSpace || bytes.Count == 0 ? null : new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. bytes]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
