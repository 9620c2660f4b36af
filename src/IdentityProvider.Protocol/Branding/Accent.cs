using System.Globalization;

namespace IdentityProvider.Protocol.Branding;

/// <summary>
/// The one colour of a page that is somebody's own: of its links, its main button and its focus, in light and in dark, each with a contrast that
/// everybody can read (WCAG 2.2 AA, 1.4.3 and 1.4.11). Made by <see cref="Read"/> alone.
/// </summary>
public sealed class Accent
{
    /// <summary>WCAG 2.2, 1.4.3: text of any size.</summary>
    public const double LeastContrast = 4.5;

    /// <summary>The grounds of the design, on which the accent's text stands: <c>--card</c> and <c>--ground</c> of idp.css.</summary>
    private static readonly Rgb[] LightGrounds = [Rgb.White, new(0xf3, 0xf4, 0xf8)];

    private static readonly Rgb[] DarkGrounds = [new(0x16, 0x1b, 0x25), new(0x0d, 0x10, 0x17)];

    private Accent(Rgb light, Rgb dark)
    {
        Light = light;
        Dark = dark;
    }

    public Rgb Light { get; }

    public Rgb Dark { get; }

    /// <summary>Reads one, and refuses it in a line where it couldn't be read on our pages.</summary>
    /// <param name="light">The colour as <c>#rrggbb</c>.</param>
    /// <param name="dark">The same for dark pages; null for the nearest lighter one that can be read there.</param>
    /// <param name="names">What the two are called where they were written.</param>
    /// <param name="accent">What was meant; null where it is refused.</param>
    public static MetadataError? Read(string light, string? dark, (string Light, string Dark) names, out Accent? accent)
    {
        accent = null;

        // 1. Colours, and nothing else that CSS could mean.
        if (Rgb.Read(light) is not { } onLight)
            return new(names.Light, "must be a colour as #rrggbb");
        if (dark is not null && Rgb.Read(dark) is null)
            return new(names.Dark, "must be a colour as #rrggbb");

        // 2. Each can be read where it stands, and what stands on it.
        if (!IsReadable(onLight, isDark: false))
            return new(names.Light, Explain(onLight, isDark: false));
        var onDark = Rgb.Read(dark) ?? Nearest(onLight, isDark: true);
        if (!IsReadable(onDark, isDark: true))
            return new(names.Dark, Explain(onDark, isDark: true));
        accent = new(onLight, onDark);
        return null;
    }

    /// <summary>What it changes of our stylesheet: the variables of idp.css that hang on the accent.</summary>
    public string ToStylesheet() =>
        $$"""
        :root { {{Variables(Light, isDark: false)}} }
        @media (prefers-color-scheme: dark) { :root { {{Variables(Dark, isDark: true)}} } }

        """;

    private static string Variables(Rgb accent, bool isDark) =>
        $"--accent: {accent}; --accent-strong: {Strong(accent, isDark)}; --on-accent: {On(accent, isDark)}; --tint: {Tint(accent, isDark)}; --glow: {Glow(accent, isDark)};";

    // Under the pointer: further from the ground.
    private static Rgb Strong(Rgb accent, bool isDark) => accent.With(isDark ? Rgb.White : Rgb.Black, 0.22);

    private static Rgb On(Rgb accent, bool isDark) => isDark ? new Rgb(0x0d, 0x10, 0x17).With(accent, 0.06) : Rgb.White;

    private static Rgb Tint(Rgb accent, bool isDark) => (isDark ? DarkGrounds[0] : LightGrounds[0]).With(accent, 0.08);

    private static Rgb Glow(Rgb accent, bool isDark) => (isDark ? DarkGrounds[1] : LightGrounds[1]).With(accent, 0.12);

    private static bool IsReadable(Rgb accent, bool isDark) => Contrast(accent, isDark) >= LeastContrast;

    private static double Contrast(Rgb accent, bool isDark) =>
        (isDark ? DarkGrounds : LightGrounds).Append(On(accent, isDark)).Append(Tint(accent, isDark)).Min(accent.ContrastTo);

    private static Rgb Nearest(Rgb accent, bool isDark)
    {
        for (var share = 0.0; share < 1; share += 0.02)
        {
            if (accent.With(isDark ? Rgb.White : Rgb.Black, share) is var nearer && IsReadable(nearer, isDark))
                return nearer;
        }

        return isDark ? Rgb.White : Rgb.Black;
    }

    private static string Explain(Rgb accent, bool isDark) => string.Create(
        CultureInfo.InvariantCulture,
        $"{accent} has a contrast of {Math.Floor(Contrast(accent, isDark) * 10) / 10:0.0} to 1 on a {(isDark ? "dark" : "light")} page and needs {LeastContrast} (WCAG 2.2 AA); {Nearest(accent, isDark)} has it");
}
