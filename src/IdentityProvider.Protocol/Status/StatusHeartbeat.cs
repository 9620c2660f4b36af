using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Status;

/// <summary>
/// The signed word that nothing else has changed: each list's version, and a hash of the JWKS, so that a revoked key is forgotten as fast
/// as a revoked token. A verifier that hears it needs no poll; one that doesn't knows that its stream is dead.
/// </summary>
public static class StatusHeartbeat
{
    public const string Typ = "statusheartbeat+jwt";

    /// <summary>How often.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(10);

    /// <param name="key">The key that signs now.</param>
    /// <param name="issuer">Our identifier.</param>
    /// <param name="versions">The version of each list that hasn't retired.</param>
    /// <param name="jwksHash">SHA-256 of the JWKS as it is served.</param>
    /// <param name="now">The moment.</param>
    public static string Sign(
        SigningKey key, string issuer, IReadOnlyCollection<KeyValuePair<int, long>> versions, ReadOnlyMemory<byte> jwksHash, DateTimeOffset now) =>
        JwtWriter.Sign(key, Typ, (issuer, versions, jwksHash, now), static (claims, of) =>
        {
            claims.WriteString("iss", of.issuer);
            claims.WriteNumber("iat", NumericDate.From(of.now));
            claims.WriteString("jwks", CanonicalBase64Url.Encode(of.jwksHash.Span));
            claims.WriteStartObject("lists");
            foreach (var (list, version) in of.versions)
                claims.WriteNumber(StatusReference.UriOf(of.issuer, list), version);
            claims.WriteEndObject();
        });
}
