using System.Globalization;
using StringWithQualityHeaderValue = Microsoft.Net.Http.Headers.StringWithQualityHeaderValue;

namespace IdentityProvider.Server.Pages;

/// <summary>
/// The languages that the pages and mails are written in, and which of them one reader gets: the one they chose here, else the one that the
/// request which brought them wishes (OpenID Connect Core §3.1.2.1, <c>ui_locales</c>), else their browser's.
/// </summary>
internal static class Languages
{
    /// <summary>Set by the reader's own choice alone; it says nothing of them but that.</summary>
    private const string CookieName = "idp-language";

    private static readonly object WishedKey = new();

    /// <summary>The first is what nobody's wish ends at, and what the texts are written in first.</summary>
    public static IReadOnlyList<CultureInfo> All { get; } =
        [.. new[] { "en", "de", "fr", "es", "ja", "ar" }.Select(CultureInfo.GetCultureInfo)];

    /// <summary>Notes what a request wishes, the most welcome first.</summary>
    public static void Wish(HttpContext http, IReadOnlyList<string> uiLocales) => http.Items[WishedKey] = uiLocales;

    /// <summary>The language of a page for this reader.</summary>
    public static CultureInfo Of(HttpContext http) =>
        Find(http.Request.Cookies[CookieName])
        ?? (http.Items[WishedKey] as IReadOnlyList<string>)?.Select(Find).FirstOrDefault(found => found is not null)
        ?? Accepted(http)
        ?? All[0];

    /// <summary>The language of that tag (RFC 5646), or of which it is a dialect; null where we have none such.</summary>
    public static CultureInfo? Find(string? tag)
    {
        var primary = tag?.Split('-', 2)[0];
        return All.FirstOrDefault(language => language.Name.Equals(primary, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Remembers a reader's choice for a year.</summary>
    public static void Choose(HttpContext http, CultureInfo language, Settings settings) =>
        http.Response.Cookies.Append(CookieName, language.Name, new CookieOptions
        {
            HttpOnly = true, Secure = settings.IsHttps, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = TimeSpan.FromDays(365), IsEssential = true,
        });

    private static CultureInfo? Accepted(HttpContext http) =>
        StringWithQualityHeaderValue.TryParseList(http.Request.Headers.AcceptLanguage, out var accepted)
            ? accepted.Where(range => range.Quality is null or > 0)
                .OrderByDescending(range => range.Quality ?? 1)
                .Select(range => Find(range.Value.Value))
                .FirstOrDefault(found => found is not null)
            : null;
}
