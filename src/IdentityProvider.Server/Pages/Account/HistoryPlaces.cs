using System.Globalization;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Pages.Account;

/// <summary>A place in a history as an address or a command names it: <c>MICROSECONDS.EVENT</c>. It leads to nothing of anybody else's.</summary>
internal static class HistoryPlaces
{
    public static string Write(SignInEvent line) =>
        string.Create(CultureInfo.InvariantCulture, $"{(line.At - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond}.{line.EventId:N}");

    /// <summary>The place; null where the text names none.</summary>
    public static HistoryPlace? Read(string? text)
    {
        if (text?.Split('.') is not [var micros, var id]
            || !long.TryParse(micros, NumberStyles.None, CultureInfo.InvariantCulture, out var at) || at > 253_402_300_799_000_000
            || !Guid.TryParseExact(id, "N", out var eventId))
            return null;
        return new HistoryPlace(DateTimeOffset.UnixEpoch.AddTicks(at * TimeSpan.TicksPerMicrosecond), eventId);
    }
}
