using System.Globalization;

namespace IdentityProvider.Protocol.Branding;

/// <summary>A colour of the screen, opaque (sRGB).</summary>
public readonly record struct Rgb(byte R, byte G, byte B)
{
    public static Rgb White => new(255, 255, 255);

    public static Rgb Black => new(0, 0, 0);

    /// <summary>WCAG 2.2's relative luminance, from 0 to 1.</summary>
    public double Luminance => (0.2126 * Linear(R)) + (0.7152 * Linear(G)) + (0.0722 * Linear(B));

    /// <summary>Reads <c>#rrggbb</c> and nothing else; null where it isn't that.</summary>
    public static Rgb? Read(string? text) =>
        text is ['#', .. { Length: 6 } digits] && digits.All(char.IsAsciiHexDigit) && uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits)
            ? new Rgb((byte)(bits >> 16), (byte)(bits >> 8), (byte)bits)
            : null;

    /// <summary>WCAG 2.2's contrast ratio, from 1 to 21.</summary>
    public double ContrastTo(Rgb other) =>
        (Math.Max(Luminance, other.Luminance) + 0.05) / (Math.Min(Luminance, other.Luminance) + 0.05);

    /// <summary>The colour with that share of another in it, from 0 to 1.</summary>
    public Rgb With(Rgb other, double share)
    {
        return new(Mixed(R, other.R), Mixed(G, other.G), Mixed(B, other.B));

        byte Mixed(byte own, byte others) => (byte)Math.Round((own * (1 - share)) + (others * share));
    }

    /// <summary>As CSS writes it: seven characters of a fixed form, whatever it was read from.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"#{R:x2}{G:x2}{B:x2}");

    private static double Linear(byte channel)
    {
        var share = channel / 255.0;
        return share <= 0.04045 ? share / 12.92 : Math.Pow((share + 0.055) / 1.055, 2.4);
    }
}
