using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Pages.Account;

namespace IdentityProvider.Server.Admin;

/// <summary>A line of what happened to an account, as every face shows it to operators.</summary>
internal sealed record HistoryDocument
{
    public required string Id { get; init; }

    public required string At { get; init; }

    public required string Outcome { get; init; }

    /// <summary>How often, where it is one line for several.</summary>
    public required int Count { get; init; }

    public required string? Detail { get; init; }

    public required string? Address { get; init; }

    public required string? Device { get; init; }

    public required string? UserAgent { get; init; }

    public static HistoryDocument Of(SignInEvent line) => new()
    {
        Id = HistoryPlaces.Write(line),
        At = Moments.Text(line.At),
        Outcome = line.Outcome.ToString(),
        Count = line.Count,
        Detail = line.Detail,
        Address = line.Address,
        Device = Protocol.Sessions.Device.Of(line.UserAgent),
        UserAgent = line.UserAgent,
    };
}
