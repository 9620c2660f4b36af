using System.Text.Json;
using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.SharedSignals;

/// <summary>How a receiver fetches its events, and says what became of them (RFC 8936 §2).</summary>
public static class PollRules
{
    /// <summary>Each is signed for this answer.</summary>
    public const int MostEvents = 50;

    /// <summary>Where it says nothing.</summary>
    public const int UsualEvents = 20;

    /// <summary>Why a receiver can't use an event (RFC 8935 §2.4, SSF 1.0 §8.1.4.1). Anything else is told as <see cref="Other"/>: nothing that it says goes into a log.</summary>
    private static readonly string[] Reasons =
        ["invalid_request", "invalid_key", "invalid_issuer", "invalid_audience", "invalid_state", "authentication_failed", "access_denied"];

    public const string Other = "another reason";

    public static Validated<PollPlan> Read(ReadOnlySpan<byte> body)
    {
        var read = MetadataJson.Read(body, PollJson.Default.PollRequest);
        if (read is not Validated<PollRequest>.Valid { Value: var asked })
            return ((Validated<PollRequest>.Invalid)read).Error;
        if (asked.MaxEvents < 0)
            return new MetadataError("maxEvents", "must not be negative");
        return Validated.Of(new PollPlan(
            Math.Min(asked.MaxEvents ?? UsualEvents, MostEvents),
            asked.ReturnImmediately == true,
            [.. (asked.Ack ?? []).Select(StreamRules.IdOf).OfType<Guid>()],
            (asked.SetErrs ?? new Dictionary<string, JsonElement>()).Select(pair => (Id: StreamRules.IdOf(pair.Key), Reason: ReasonOf(pair.Value)))
                .Where(refused => refused.Id is not null).DistinctBy(refused => refused.Id).ToDictionary(refused => refused.Id!.Value, refused => refused.Reason)));
    }

    /// <summary>The reason that an error document names (RFC 8935 §2.3), of those that there are.</summary>
    public static string ReasonOf(JsonElement error) =>
        error.ValueKind == JsonValueKind.Object && error.TryGetProperty("err", out var err) && err.ValueKind == JsonValueKind.String && Reasons.Contains(err.GetString(), StringComparer.Ordinal)
            ? err.GetString()!
            : Other;

    /// <summary>The same of the body of an answer to a push.</summary>
    public static string ReasonOf(ReadOnlySpan<byte> body) => StrictJson.ParseObject(body, "the error", out var error) is null ? ReasonOf(error) : Other;
}

/// <summary>What a receiver asks for.</summary>
/// <param name="MaxEvents">How many at most.</param>
/// <param name="ReturnsImmediately">Whether it doesn't wait for one.</param>
/// <param name="Acknowledged">What it has.</param>
/// <param name="Refused">What it can't use, with the reason.</param>
public sealed record PollPlan(int MaxEvents, bool ReturnsImmediately, IReadOnlyList<Guid> Acknowledged, IReadOnlyDictionary<Guid, string> Refused);
