using System.Globalization;
using IdentityProvider.Protocol;
using IdentityProvider.Server.Http;
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

    /// <summary>The parameter by which a reader chooses, of any page: it leads to that page and nowhere else.</summary>
    private const string Parameter = "language";

    // What says which page it is, and for whose sign-in: all that is kept of a query or of the form that a page answers.
    private static readonly string[] OfPages = ["resume", OwnPage.Parameter, OwnPage.EnteredParameter, "request", "answer", "link"];

    private static readonly object WishedKey = new();

    private static readonly object FormKey = new();

    /// <summary>The first is what nobody's wish ends at, and what the texts are written in first.</summary>
    public static IReadOnlyList<CultureInfo> All { get; } =
        [.. new[] { "en", "de", "fr", "es", "ja", "ar" }.Select(CultureInfo.GetCultureInfo)];

    /// <summary>What those who speak it call it.</summary>
    public static string NameOf(CultureInfo language) => language.TextInfo.ToTitleCase(language.NativeName);

    /// <summary>Notes what a request wishes, the most welcome first.</summary>
    public static void Wish(HttpContext http, IReadOnlyList<string> uiLocales) => http.Items[WishedKey] = uiLocales;

    /// <summary>The language of a page for this reader.</summary>
    public static CultureInfo Of(HttpContext http) =>
        ChosenNow(http)
        ?? Find(http.Request.Cookies[CookieName])
        ?? (http.Items[WishedKey] as IReadOnlyList<string>)?.Select(Find).FirstOrDefault(found => found is not null)
        ?? Accepted(http)
        ?? All[0];

    /// <summary>The language of that tag (RFC 5646), or of which it is a dialect; null where we have none such.</summary>
    public static CultureInfo? Find(string? tag)
    {
        var primary = tag?.Split('-', 2)[0];
        return All.FirstOrDefault(language => language.Name.Equals(primary, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Notes the form that a page answers.</summary>
    public static void Answer(HttpContext http, Parameters form) => http.Items[FormKey] = form;

    /// <summary>Where this page is in that language: a query alone, so that whatever the address is it stays the same.</summary>
    public static string AddressOf(HttpContext http, CultureInfo language)
    {
        var came = http.Items[FormKey] as Parameters ?? Query(http) ?? Parameters.None;
        var query = (OwnPage.Named(came[OwnPage.Parameter]) is null ? came.Without(OwnPage.Parameter) : came).Only(OfPages).ToQuery();
        return string.IsNullOrEmpty(query) ? $"?{Parameter}={language.Name}" : $"?{query}&{Parameter}={language.Name}";
    }

    /// <summary>Remembers for a year what a reader has just chosen.</summary>
    public static void Remember(HttpContext http, Settings settings)
    {
        if (ChosenNow(http) is not { } language || Find(http.Request.Cookies[CookieName]) == language)
            return;
        http.Response.Cookies.Append(CookieName, language.Name, settings.Cookie(TimeSpan.FromDays(365)));
    }

    private static CultureInfo? ChosenNow(HttpContext http) => Find(Query(http)?[Parameter]);

    private static Parameters? Query(HttpContext http) => RequestParameters.ReadQuery(http).Try(out var query, out _) ? query : null;

    private static CultureInfo? Accepted(HttpContext http) =>
        StringWithQualityHeaderValue.TryParseList(http.Request.Headers.AcceptLanguage, out var accepted)
            ? accepted.Where(range => range.Quality is null or > 0)
                .OrderByDescending(range => range.Quality ?? 1)
                .Select(range => Find(range.Value.Value))
                .FirstOrDefault(found => found is not null)
            : null;
}
