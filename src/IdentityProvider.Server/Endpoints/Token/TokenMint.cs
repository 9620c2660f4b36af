using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Status;

namespace IdentityProvider.Server.Endpoints.Token;

/// <summary>
/// Makes the tokens of a plan, in memory: no database but for the proof of a request that has one and the lease of a block of statuses now and
/// then, and nothing that is lost if they are thrown away.
/// </summary>
internal sealed class TokenMint(
    Settings settings, KeyRing keys, Entropy entropy, RefreshTokens refreshTokens, OpaqueAccessTokens opaque, StatusIndexes statuses)
{
    /// <summary>For a request on which all else is decided: a proof that was used before is refused here, so that no grant can forget to ask.</summary>
    public async ValueTask<Decision<TokenResponse>> MintAsync(TokenPlan plan, Sender sender, CancellationToken cancellation)
    {
        if (!await sender.SpendProofAsync(cancellation))
            return Refusal.DPoPProofReplayed;

        var planned = plan.AccessToken;
        var (accessToken, noted) = planned.Target.IsOpaque
            ? (opaque.Seal(planned, NewIdentifier(planned.Family)), null)
            : await SignAsync(planned, cancellation);
        var idToken = plan.IdToken is null
            ? null
            : IdToken.Sign(plan.IdToken, await keys.ActiveAsync(plan.IdToken.Client.IdTokenSignedResponseAlg, cancellation), settings.Issuer, accessToken);
        return new TokenResponse(
            accessToken,
            (long)(planned.ExpiresAt - planned.IssuedAt).TotalSeconds,
            planned.Scope.ToString(),
            plan.RefreshToken is null ? null : refreshTokens.Compute(plan.RefreshToken),
            idToken)
        {
            TokenType = Confirmation.TokenTypeOf(planned.Confirmation),
            Details = planned.Details,
            FamilyExpiresAt = planned.Family?.ExpiresAt,
            Noted = noted,
        };
    }

    private async ValueTask<(string Token, LiveStatus? Noted)> SignAsync(AccessTokenPlan plan, CancellationToken cancellation)
    {
        var key = await keys.ActiveAsync(plan.Algorithm, cancellation);
        var jti = NewIdentifier(plan.Family);
        if (!plan.Target.HasStatus)
            return (AccessToken.Sign(plan, key, settings.Issuer, jti), null);
        var owner = OwnerOf(plan);
        var status = await statuses.TakeAsync(owner, key.Kid, cancellation);
        return (AccessToken.Sign(plan, key, settings.Issuer, jti, status), owner == StatusBlockOwner.Shared ? new LiveStatus(status, plan.ExpiresAt) : null);
    }

    // A client's own tokens end with the client alone, so a block is theirs. A family notes a few in its row, and refreshes too often beyond them.
    private static StatusBlockOwner OwnerOf(AccessTokenPlan plan) => plan.Family switch
    {
        null => StatusBlockOwner.Client(plan.Client.ClientId),

        // Got for another client's token: it ends with that sign-in, and with this client.
        { } family when family.ClientId != plan.Client.ClientId => StatusBlockOwner.Exchange(plan.Client.ClientId, family.FamilyId),
        { } family when family.Statuses.Count(status => status.ExpiresAt > plan.IssuedAt) < TokenFamily.MostStatusesOfItsOwn => StatusBlockOwner.Shared,
        { } family => StatusBlockOwner.Family(family.FamilyId),
    };

    private string NewIdentifier(TokenFamily? family)
    {
        Span<byte> random = stackalloc byte[family is null ? TokenIdentifier.RandomLengthAlone : TokenIdentifier.RandomLengthInFamily];
        entropy.Fill(random);
        return family is null ? TokenIdentifier.Alone(random) : TokenIdentifier.InFamily(family.FamilyId, random);
    }
}
