using IdentityProvider.Protocol.Branding;

namespace IdentityProvider.Server;

/// <summary>Whose sign-in this is, on every page: nobody's in particular, unless it is said here.</summary>
public sealed record BrandingSettings
{
    /// <summary>What a logo may weigh, in bytes: every page shows it.</summary>
    public const int LargestLogo = 256 * 1024;

    private const int LongestName = 60;

    /// <summary>Beside the address by which people know that they are in the right place.</summary>
    public string? Name { get; init; }

    /// <summary>A file: PNG, SVG or WebP, read at start.</summary>
    public string? Logo { get; init; }

    /// <summary>Of links, the main button and the focus, as <c>#rrggbb</c>.</summary>
    public string? AccentColor { get; init; }

    /// <summary>The same where a device shows dark pages; not set, a lighter one of the same kind.</summary>
    public string? AccentColorDark { get; init; }

    /// <summary>The logo's bytes and media type; null where there is none.</summary>
    /// <exception cref="SettingsException">It can't be read, or isn't one.</exception>
    internal (byte[] Content, string MediaType)? ReadLogo()
    {
        if (Logo is null)
            return null;
        try
        {
            using var file = File.OpenRead(Logo);
            var content = new byte[LargestLogo + 1];
            var length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            if (length > LargestLogo)
                throw new SettingsException($"Idp:Branding:Logo must be of at most {LargestLogo / 1024} KiB.");
            return ImageKind.Of(content.AsSpan(0, length)) is { } mediaType
                ? (content[..length], mediaType)
                : throw new SettingsException("Idp:Branding:Logo must be a PNG, an SVG or a WebP.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new SettingsException($"Idp:Branding:Logo can't be read: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>The colour; null where it is the design's own.</summary>
    internal Accent? ReadAccent()
    {
        Accent? accent = null;
        return AccentColor is not null && Accent.Read(AccentColor, AccentColorDark, Names, out accent) is null ? accent : null;
    }

    internal IEnumerable<string> Mistakes()
    {
        if (Name is not null && !Protocol.PlainText.IsPlain(Name, LongestName))
            yield return $"Idp:Branding:Name must be plain text of at most {LongestName} characters.";
        if (AccentColor is null && AccentColorDark is not null)
            yield return "Idp:Branding:AccentColorDark needs Idp:Branding:AccentColor.";
        if (AccentColor is not null && Accent.Read(AccentColor, AccentColorDark, Names, out _) is { } error)
            yield return $"Idp:Branding:{error.Member} {error.Message}.";
    }

    private static (string Light, string Dark) Names => (nameof(AccentColor), nameof(AccentColorDark));
}
