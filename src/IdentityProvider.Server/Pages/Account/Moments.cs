using System.Globalization;

namespace IdentityProvider.Server.Pages.Account;

/// <summary>Moments as people read them. A page without scripts knows no time zone but UTC, and says so.</summary>
internal static class Moments
{
    public static string Words(DateTimeOffset moment) => moment.UtcDateTime.ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>For machines (HTML's <c>datetime</c>).</summary>
    public static string Machine(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    /// <summary>How long ago, in its largest unit.</summary>
    public static string Ago(DateTimeOffset moment, DateTimeOffset now) => (now - moment) switch
    {
        { TotalMinutes: < 2 } => "just now",
        { TotalHours: < 1 } ago => $"{(int)ago.TotalMinutes} minutes ago",
        { TotalHours: < 2 } => "an hour ago",
        { TotalDays: < 1 } ago => $"{(int)ago.TotalHours} hours ago",
        { TotalDays: < 2 } => "a day ago",
        var ago => $"{(int)ago.TotalDays} days ago",
    };
}
