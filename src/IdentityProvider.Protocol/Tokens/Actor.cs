using System.Text.Json;

namespace IdentityProvider.Protocol.Tokens;

/// <summary>
/// Who acts for the subject of a token, and for whom they stood in before (RFC 8693 §4.1, <c>act</c>): the outermost acts now, the rest is the
/// chain that led there.
/// </summary>
/// <param name="Subject">The <c>sub</c> of a client or a person of this issuer.</param>
/// <param name="Before">Who acted before; null at the chain's end.</param>
public sealed record Actor(string Subject, Actor? Before = null)
{
    /// <summary>A longer chain is refused: each exchange adds one, and the token goes with every call.</summary>
    public const int LongestChain = 5;

    /// <summary>How many act, one after the other.</summary>
    public int Count => 1 + (Before?.Count ?? 0);

    /// <summary>Writes the claim's value.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("sub", Subject);
        if (Before is not null)
        {
            json.WritePropertyName("act");
            Before.WriteTo(json);
        }

        json.WriteEndObject();
    }

    /// <summary>Reads the claim of a token that verified; null where there is none.</summary>
    internal static Actor? Read(JsonElement claims, int depth = 0)
    {
        if (depth >= LongestChain || !claims.TryGetProperty("act", out var act) || act.ValueKind is not JsonValueKind.Object
            || !act.TryGetProperty("sub", out var subject) || subject.ValueKind is not JsonValueKind.String)
            return null;
        return new Actor(subject.GetString()!, Read(act, depth + 1));
    }
}
