using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Status;

/// <summary>
/// What is pushed to verifiers when a list changes: which indexes have which value now, and from which version to which, so that a copy
/// that missed one knows it. Signed, so that it may come from anywhere; said twice or late it changes nothing.
/// </summary>
public static class StatusEvent
{
    public const string Typ = "statusevent+jwt";

    /// <param name="key">The key that signs now.</param>
    /// <param name="issuer">Our identifier.</param>
    /// <param name="change">The change.</param>
    /// <param name="now">The moment.</param>
    public static string Sign(SigningKey key, string issuer, StatusChange change, DateTimeOffset now) =>
        JwtWriter.Sign(key, Typ, (issuer, change, now), static (claims, of) =>
        {
            claims.WriteString("iss", of.issuer);
            claims.WriteString("sub", StatusReference.UriOf(of.issuer, of.change.List));
            claims.WriteNumber("iat", NumericDate.From(of.now));
            claims.WriteNumber("prev", of.change.Previous);
            claims.WriteNumber("ver", of.change.Version);
            claims.WriteStartArray("changes");
            foreach (var range in of.change.Ranges)
            {
                claims.WriteStartArray();
                claims.WriteNumberValue(range.First);
                claims.WriteNumberValue(range.Count);
                claims.WriteNumberValue((byte)range.Value);
                claims.WriteEndArray();
            }

            claims.WriteEndArray();
        });
}

/// <summary>A list's way from one version to the next.</summary>
/// <param name="List">The list's number.</param>
/// <param name="Previous">Its version before.</param>
/// <param name="Version">Its version after: the number of the transaction that changed it, among all that changed any list.</param>
/// <param name="Ranges">What is set, in this order.</param>
public sealed record StatusChange(int List, long Previous, long Version, IReadOnlyList<StatusRange> Ranges);
