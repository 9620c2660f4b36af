using IdentityProvider.Jose;

namespace IdentityProvider.Verifier.Rules;

/// <summary>The issuer's key set as we last got it.</summary>
/// <param name="Set">The keys.</param>
/// <param name="Hash">SHA-256 of the body, base64url: what a heartbeat names.</param>
/// <param name="ConfirmedAt">When it was got, or a heartbeat last agreed.</param>
internal sealed record HeldKeys(JsonWebKeySet Set, string Hash, DateTimeOffset ConfirmedAt)
{
    public Freshness At(DateTimeOffset now, VerifierOptions options)
    {
        var age = now - ConfirmedAt;
        if (age >= options.JwksLastKnownGood) return Freshness.Gone;
        if (age >= 2 * options.JwksMaxAge) return Freshness.Overdue;
        return age >= options.JwksMaxAge ? Freshness.Stale : Freshness.Fresh;
    }
}
