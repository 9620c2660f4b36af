using System.Text;

namespace IdentityProvider.Protocol;

/// <summary>
/// The parameters of one request, from a query or an <c>application/x-www-form-urlencoded</c> body (RFC 6749 §3.1, §3.2, appendix B).
/// A parameter without a value counts as absent; one given twice refuses the whole request, but for <c>resource</c> and <c>audience</c>,
/// which RFC 8707 and RFC 8693 let be repeated.
/// </summary>
public sealed class Parameters
{
    /// <summary>More parameters than any request of any specification has.</summary>
    public const int MostParameters = 100;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, List<string>> _values;

    private Parameters(Dictionary<string, List<string>> values) => _values = values;

    /// <summary>No parameter at all.</summary>
    public static Parameters None { get; } = new([]);

    /// <summary>The names that were given with a value.</summary>
    public IReadOnlyCollection<string> Names => _values.Keys;

    /// <summary>The value, or null where the parameter is absent or empty.</summary>
    public string? this[string name] => _values.TryGetValue(name, out var found) ? found[0] : null;

    /// <summary>Every value of a parameter that may be repeated, in the order given.</summary>
    public IReadOnlyList<string> All(string name) => _values.TryGetValue(name, out var found) ? found : [];

    /// <summary>Whether the parameter was given with a value.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>Reads a query (without its question mark) or a form body.</summary>
    public static Decision<Parameters> Parse(ReadOnlySpan<byte> encoded)
    {
        var values = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var count = 0;
        foreach (var range in encoded.Split((byte)'&'))
        {
            var pair = encoded[range];
            if (pair.IsEmpty)
                continue;
            if (++count > MostParameters)
                return Refusal.TooManyParameters;

            var equals = pair.IndexOf((byte)'=');
            if (!TryDecode(equals < 0 ? pair : pair[..equals], out var name) || !TryDecode(equals < 0 ? [] : pair[(equals + 1)..], out var value))
                return Refusal.ParameterMalformed;

            if (!TryAdd(values, name, value))
                return Refusal.ParameterRepeated;
        }

        return new Parameters(WithoutEmpty(values));
    }

    /// <summary>The same of what came decoded, such as the parts of a form that takes a file (RFC 7578).</summary>
    public static Decision<Parameters> Of(IReadOnlyCollection<(string Name, string Value)> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        if (pairs.Count > MostParameters)
            return Refusal.TooManyParameters;
        var values = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (name, value) in pairs)
        {
            if (HasControl(name) || HasControl(value))
                return Refusal.ParameterMalformed;
            if (!TryAdd(values, name, value))
                return Refusal.ParameterRepeated;
        }

        return new Parameters(WithoutEmpty(values));
    }

    /// <summary>All but these.</summary>
    public Parameters Without(params ReadOnlySpan<string> names)
    {
        var rest = new Dictionary<string, List<string>>(_values, StringComparer.Ordinal);
        foreach (var name in names)
            rest.Remove(name);
        return new(rest);
    }

    /// <summary>All, and this one, instead of what was given under the name.</summary>
    internal Parameters With(string name, string value) => new(new Dictionary<string, List<string>>(_values, StringComparer.Ordinal) { [name] = [value] });

    /// <summary>These alone.</summary>
    public Parameters Only(params ReadOnlySpan<string> names)
    {
        var chosen = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (_values.TryGetValue(name, out var given))
                chosen[name] = given;
        }

        return new(chosen);
    }

    /// <summary>The parameters written again as a query, without its question mark.</summary>
    public string ToQuery() =>
        string.Join('&', _values.SelectMany(p => p.Value.Select(v => $"{Uri.EscapeDataString(p.Key)}={Uri.EscapeDataString(v)}")));

    // False where it was given already and may not be twice.
    private static bool TryAdd(Dictionary<string, List<string>> values, string name, string value)
    {
        if (values.TryAdd(name, [value]))
            return true;
        if (!MayRepeat(name))
            return false;
        values[name].Add(value);
        return true;
    }

    private static Dictionary<string, List<string>> WithoutEmpty(Dictionary<string, List<string>> values)
    {
        foreach (var (name, given) in values)
        {
            given.RemoveAll(string.IsNullOrEmpty);
            if (given.Count == 0)
                values.Remove(name);
        }

        return values;
    }

    private static bool HasControl(string text) => text.AsSpan().ContainsAnyInRange('\0', '\x08') || text.AsSpan().ContainsAnyInRange('\x0E', '\x1F') || text.AsSpan().ContainsAny('\x0B', '\x0C', '\x7F');

    private static bool MayRepeat(string name) => name is "resource" or "audience";

    /// <summary>Percent-decoding with plus for space. Broken escapes, bytes that aren't UTF-8 and control characters but tab, CR and LF are refused.</summary>
    internal static bool TryDecode(ReadOnlySpan<byte> encoded, out string text)
    {
        text = "";
        Span<byte> decoded = encoded.Length <= 1024 ? stackalloc byte[encoded.Length] : new byte[encoded.Length];
        var length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            var b = encoded[i];
            if (b == '+')
            {
                b = (byte)' ';
            }
            else if (b == '%')
            {
                if (i + 2 >= encoded.Length || !char.IsAsciiHexDigit((char)encoded[i + 1]) || !char.IsAsciiHexDigit((char)encoded[i + 2]))
                    return false;
                b = (byte)((HexValue(encoded[i + 1]) << 4) | HexValue(encoded[i + 2]));
                i += 2;
            }

            if (b is < 0x20 and not (0x09 or 0x0A or 0x0D) or 0x7F)
                return false;
            decoded[length++] = b;
        }

        try
        {
            text = StrictUtf8.GetString(decoded[..length]);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
