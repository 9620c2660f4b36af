using IdentityProvider.Protocol;
using IdentityProvider.Protocol.DPoP;
using IdentityProvider.Protocol.Metadata;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Server.Admin.Api;
using IdentityProvider.Server.Http;
using Actor = IdentityProvider.Server.Admin.Actor;

namespace IdentityProvider.Server.SharedSignals;

/// <summary>
/// The one door of the Shared Signals API: a receiver comes with an access token of its own for it, which is looked up at each request, and not too
/// often.
/// </summary>
internal sealed class SharedSignalsAccess(AccessTokens tokens, AccessTokenStanding standing, Senders senders, AdminRates rates, Settings settings, TimeProvider clock)
{
    // Never null: the issuer is a web address.
    private readonly string _metadata = ProtectedResourceMetadata.AddressOf(SharedSignalsApi.IdentifierOf(settings.Issuer))!;

    /// <summary>Who asks; null where that was answered already.</summary>
    /// <param name="http">The request.</param>
    /// <param name="manages">Whether it is to do more than look.</param>
    public async Task<SignalReceiver?> EnterAsync(HttpContext http, bool manages)
    {
        SentToken? sent = null;
        if (!TokenBindingRules.Read(http.Request.Headers.Authorization, Parameters.None).Try(out sent, out var reason) || !(await DecideAsync(http, sent, manages)).Try(out var receiver, out reason))
        {
            await Problems.ChallengeAsync(http, reason, sent?.IsDPoP == true || reason == Refusal.BoundTokenAsBearer, _metadata, manages ? SharedSignalsApi.Manage : SharedSignalsApi.Read);
            return null;
        }

        if (rates.TryTake(http, Actor.Client(receiver.ClientId)))
            return receiver;
        await Problems.WriteAsync(http, StatusCodes.Status429TooManyRequests, "too-often", "Too many requests; Retry-After says when to come again.");
        return null;
    }

    private async Task<Decision<SignalReceiver>> DecideAsync(HttpContext http, SentToken sent, bool manages)
    {
        // 1. One of ours (RFC 9068 §4).
        var now = clock.GetUtcNow();
        if (!(await tokens.VerifyAsync(sent.Text, now, http.RequestAborted)).Try(out var token, out var reason))
            return reason;

        // 2. Shown by whom it was issued to (RFC 9449 §7, RFC 8705 §3).
        if (senders.RefuseToken(http, http.Request.Path.ToUriComponent(), sent, token, out var proof) is { } foreign)
            return foreign;

        // 3. For this API, standing, its client's own, and enough.
        if (!SharedSignalsTokenRules.Decide(token, settings.Issuer, await standing.LoadAsync(token, http.RequestAborted), manages, now).Try(out var receiver, out reason))
            return reason;

        // 4. By a proof that was never used (RFC 9449 §11.1).
        return await senders.SpendAsync(proof, http.RequestAborted) ? receiver : Refusal.DPoPProofReplayed;
    }
}
