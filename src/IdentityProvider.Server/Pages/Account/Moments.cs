using System.Globalization;
using System.Text.Json.Nodes;

namespace IdentityProvider.Server.Pages.Account;

/// <summary>
/// Moments as people read them: in the time zone that they named (<c>zoneinfo</c>, OpenID Connect Core §5.1), else in UTC, which is said; a script
/// of ours then writes those in the browser's.
/// </summary>
internal static class Moments
{
    private static readonly object ZoneKey = new();

    /// <summary>Notes whose page it is.</summary>
    public static void For(HttpContext http, JsonObject claims)
    {
        if (claims["zoneinfo"] is JsonValue value && value.TryGetValue<string>(out var name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
            http.Items[ZoneKey] = zone;
    }

    /// <summary>The reader's own time zone; null where it isn't known here.</summary>
    public static TimeZoneInfo? ZoneOf(HttpContext? http) => http?.Items[ZoneKey] as TimeZoneInfo;

    public static string Words(Texts texts, DateTimeOffset moment, TimeZoneInfo? zone)
    {
        var culture = CultureInfo.CurrentCulture;
        var local = zone is null ? moment.UtcDateTime : TimeZoneInfo.ConvertTime(moment, zone).DateTime;
        var words = $"{Day(local)}{texts["Consent.Comma"]}{local.ToString("HH:mm", culture)}";
        return zone is null ? texts["Moments.Utc", words] : words;
    }

    /// <summary>A day alone.</summary>
    public static string Day(DateTime day) => day.ToString(DayPatternOf(CultureInfo.CurrentCulture), CultureInfo.CurrentCulture);

    /// <summary>For machines (HTML's <c>datetime</c>).</summary>
    public static string Machine(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    /// <summary>How long ago, in its largest unit.</summary>
    public static string Ago(Texts texts, DateTimeOffset moment, DateTimeOffset now) => (now - moment) switch
    {
        { TotalMinutes: < 2 } => texts["Moments.JustNow"],
        { TotalHours: < 1 } ago => Count(texts, "Minutes", (int)ago.TotalMinutes),
        { TotalHours: < 2 } => texts["Moments.Hour"],
        { TotalDays: < 1 } ago => Count(texts, "Hours", (int)ago.TotalHours),
        { TotalDays: < 2 } => texts["Moments.Day"],
        var ago => Count(texts, "Days", (int)ago.TotalDays),
    };

    // Arabic has a word for two, another for three to ten, and one for the rest; our other languages have one for all of these.
    private static string Count(Texts texts, string unit, int number) => number switch
    {
        2 => texts[$"Moments.{unit}Two"],
        _ when number % 100 is >= 3 and <= 10 => texts[$"Moments.{unit}Few", number],
        _ => texts[$"Moments.{unit}", number],
    };

    // The neutral cultures know the order of a date; their long date has a weekday or not, as it comes.
    private static string DayPatternOf(CultureInfo culture) => culture.Name switch
    {
        "de" => "d. MMMM yyyy",
        "es" => "d 'de' MMMM 'de' yyyy",
        "ja" => "yyyy年M月d日",
        _ => "d MMMM yyyy",
    };
}
