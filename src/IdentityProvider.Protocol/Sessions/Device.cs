namespace IdentityProvider.Protocol.Sessions;

/// <summary>
/// What a <c>User-Agent</c> says (RFC 9110 §10.1.5), in the words that a person has for it. It is what a browser says of itself: a help for
/// the eye, and proof of nothing.
/// </summary>
public static class Device
{
    // In this order: most browsers also claim to be Chrome and Safari, and those that are tell by what is missing.
    private static readonly (string Mark, string Name)[] Browsers =
    [
        ("Edg/", "Edge"), ("EdgA/", "Edge"), ("EdgiOS/", "Edge"), ("OPR/", "Opera"), ("Vivaldi/", "Vivaldi"), ("YaBrowser/", "Yandex Browser"),
        ("SamsungBrowser/", "Samsung Internet"), ("DuckDuckGo/", "DuckDuckGo"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Chromium/", "Chromium"), ("Safari/", "Safari"),
    ];

    // In this order: Android says Linux too, and an iPhone "like Mac OS X".
    private static readonly (string Mark, string Name)[] Systems =
    [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"), ("Macintosh", "macOS"),
        ("Mac OS X", "macOS"), ("Linux", "Linux"), ("FreeBSD", "FreeBSD"),
    ];

    /// <summary>Such as "Firefox on Linux"; what isn't known to be a browser speaks for itself.</summary>
    public static string Of(string? userAgent) => Read(userAgent) switch
    {
        (null, _) => "An unknown device",
        (var browser, null) => browser,
        var (browser, system) => $"{browser} on {system}",
    };

    /// <summary>The browser, or what the program says of itself, null where it says nothing; and the system, where it is known.</summary>
    public static (string? Browser, string? System) Read(string? userAgent)
    {
        if (string.IsNullOrWhiteSpace(userAgent))
            return (null, null);
        if (!userAgent.StartsWith("Mozilla/", StringComparison.Ordinal) || NameIn(Browsers, userAgent) is not { } browser)
            return (userAgent, null);
        return (browser, NameIn(Systems, userAgent));
    }

    private static string? NameIn((string Mark, string Name)[] known, string text) =>
        known.FirstOrDefault(k => text.Contains(k.Mark, StringComparison.Ordinal)).Name;
}
