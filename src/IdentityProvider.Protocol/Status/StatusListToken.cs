using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Status;

/// <summary>A list in its signed form (draft-ietf-oauth-status-list, "Status List Token in JWT Format").</summary>
public static class StatusListToken
{
    public const string Typ = "statuslist+jwt";

    public const string MediaType = "application/statuslist+jwt";

    /// <summary>How long a verifier that hears no events may rely on it: the bound of a revocation for those that poll.</summary>
    public static TimeSpan TimeToLive { get; } = TimeSpan.FromSeconds(60);

    /// <summary>How long one that reaches us no more may: then it refuses.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(10);

    /// <summary>A copy that was signed earlier is signed anew, so that a verifier never finds that what it fetched is old already.</summary>
    public static TimeSpan SignedFor { get; } = TimeSpan.FromSeconds(10);

    /// <param name="key">The key that signs now.</param>
    /// <param name="issuer">Our identifier.</param>
    /// <param name="list">The list's number.</param>
    /// <param name="version">The version that verifiers compare with events.</param>
    /// <param name="lst">What <see cref="StatusBits.Compress"/> gave.</param>
    /// <param name="now">The moment.</param>
    public static string Sign(SigningKey key, string issuer, int list, long version, string lst, DateTimeOffset now) =>
        JwtWriter.Sign(key, Typ, (issuer, list, version, lst, now), static (claims, of) =>
        {
            claims.WriteString("iss", of.issuer);
            claims.WriteString("sub", StatusReference.UriOf(of.issuer, of.list));
            claims.WriteNumber("iat", NumericDate.From(of.now));
            claims.WriteNumber("exp", NumericDate.From(of.now + Lifetime));
            claims.WriteNumber("ttl", (long)TimeToLive.TotalSeconds);
            claims.WriteNumber("ver", of.version);
            claims.WriteStartObject("status_list");
            claims.WriteNumber("bits", StatusList.Bits);
            claims.WriteString("lst", of.lst);
            claims.WriteString("aggregation_uri", of.issuer + StatusReference.Path);
            claims.WriteEndObject();
        });
}
