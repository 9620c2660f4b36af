using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Protocol.SharedSignals;

/// <summary>Which access tokens a receiver comes with (CAEP Interoperability Profile 1.0 §2.7, RFC 9068 §4). That it is shown by whom it was issued to is decided before.</summary>
public static class SharedSignalsTokenRules
{
    /// <param name="token">A token that verified.</param>
    /// <param name="issuer">Our identifier.</param>
    /// <param name="facts">What is stored.</param>
    /// <param name="manages">Whether it is to do more than look.</param>
    /// <param name="now">The moment.</param>
    public static Decision<SignalReceiver> Decide(VerifiedAccessToken token, string issuer, AccessTokenFacts facts, bool manages, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(facts);

        // 1. It is for this API (RFC 9068 §4).
        if (!token.Audience.Contains(SharedSignalsApi.IdentifierOf(issuer), StringComparer.Ordinal))
            return Refusal.BearerTokenForAnotherAudience;

        // 2. It stands: it, its key and its client.
        if (AccessTokenRules.RefuseRevoked(token, facts, now) is { } revoked)
            return revoked;

        // 3. Its client has this API by an operator's word, and has it still.
        if (facts.Client is null || !SharedSignalsApi.MayHave(facts.Client, issuer))
            return Refusal.SignalsClientNotNamed;

        // 4. It is the client's own: no person signs in to tell it of others.
        if (token.FamilyId is not null || token.Actor is not null || token.Subject != token.ClientId)
            return Refusal.SignalsByPerson;

        // 5. It is enough (RFC 6750 §3.1).
        var scope = token.Scope.Intersect(facts.Client.Scope);
        return scope.Contains(SharedSignalsApi.Manage) || (!manages && scope.Contains(SharedSignalsApi.Read)) ? new SignalReceiver(facts.Client) : Refusal.SignalsScopeInsufficient;
    }
}

/// <summary>A client that may have streams, and proved who it is. Made by <see cref="SharedSignalsTokenRules"/> alone.</summary>
public sealed class SignalReceiver
{
    internal SignalReceiver(Client client) => Client = client;

    public Client Client { get; }

    public string ClientId => Client.ClientId;
}
