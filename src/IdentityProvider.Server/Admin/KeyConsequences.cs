using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>What the emergency would break, for whoever is about to revoke a key: counted, not guessed.</summary>
internal sealed class KeyConsequences(KeyOperations keys, Storage.Resources resources, Overview overview, AuditTally tally, Settings settings, Desk desk)
{
    /// <summary>Of the APIs that are named; more are counted.</summary>
    public const int MostApis = 50;

    private const int MostCounted = 500;

    public async Task<Operated<WhatBreaks>> FindAsync(string kid, CancellationToken cancellation)
    {
        if ((await keys.ListAsync(cancellation)).FirstOrDefault(key => key.Kid == kid) is not { } key)
            return Fault.Unknown("kid", kid, "a key");
        if (key.State == KeyState.Revoked)
            return Fault.Conflict("kid", $"'{kid}' is revoked already");

        // What this node counts still is written first.
        await tally.WriteAsync(alsoOpen: true, cancellation);
        var now = desk.Now;
        var apis = (await resources.ListAsync(null, MostCounted, cancellation)).Where(api => api.SigningAlg.Name == key.Algorithm).ToList();
        var lifetime = apis.Select(api => api.AccessTokenLifetime).Append(Resource.LongestAccessTokenLifetime).Max();

        // What it could have signed and still lives: from a lifetime ago, while it signed. What is counted has the beginning of its minute.
        var from = Later(now - lifetime, key.ActiveAt) - AuditTally.Window;
        var to = key.RetiredAt < now ? key.RetiredAt : now + AuditTally.Window;
        if (key.ActiveAt > now || key.RetiredAt + lifetime < now)
            to = from;
        var tokens = from < to ? await overview.CountAsync(AuditAction.TokensIssued, from, to, cancellation) : 0;
        var living = await overview.CountLivingAsync(settings.Sessions.IdleLimit, now, cancellation);
        return new WhatBreaks(key, tokens, lifetime, living.SignIns, [.. apis.Take(MostApis)], apis.Count);
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}

/// <summary>What the revocation of a key would break.</summary>
/// <param name="Key">The key.</param>
/// <param name="Tokens">How many answers with tokens went out that it may have signed and that still live; of other nodes up to a minute ago.</param>
/// <param name="Lifetime">Of the longest access token by its algorithm: so old is the oldest that lives.</param>
/// <param name="SignIns">Sign-ins of apps that live: each needs a refresh, which all of them can do without their person.</param>
/// <param name="Apis">The APIs whose tokens are signed by the key's algorithm.</param>
/// <param name="ApiCount">How many those are in all.</param>
public sealed record WhatBreaks(KeyListing Key, long Tokens, TimeSpan Lifetime, long SignIns, IReadOnlyList<Resource> Apis, int ApiCount);
