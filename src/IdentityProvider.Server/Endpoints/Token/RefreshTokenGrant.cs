using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Http;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.Token;

/// <summary>The use of a refresh token (RFC 6749 §6): load, decide, mint, move the family on, answer.</summary>
internal sealed class RefreshTokenGrant(
    RefreshTokens refreshTokens, TokenFamilies families, TokenMint mint, Settings settings, TimeProvider clock, FamilyEnds ends)
{
    /// <summary>Who loses the race for a generation decides again, now by a token just replaced.</summary>
    private const int MostAttempts = 3;

    public async Task<Decision<TokenResponse>> RefreshAsync(TokenRequest.RefreshToken request, Sender sender, CancellationToken cancellation)
    {
        if (!refreshTokens.Parse(request.Token).Try(out var token, out var reason))
            return reason;

        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var now = clock.GetUtcNow();
            var facts = await refreshTokens.LoadAsync(token, cancellation);
            switch (RefreshTokenRules.Decide(request, token, sender.Client, facts, settings.Sessions.IdleLimit, now))
            {
                case RefreshTokenDecision.Rotate rotate:
                    if (!(await mint.MintAsync(rotate.Plan, sender, cancellation)).Try(out var response, out reason))
                        return reason;
                    if (await families.RotateAsync(facts.Family!, response.Noted, now, CancellationToken.None))
                        return response;
                    break;

                case RefreshTokenDecision.Keep keep:
                    if (!(await mint.MintAsync(keep.Plan, sender, cancellation)).Try(out var kept, out reason))
                        return reason;
                    if (await families.UseAsync(facts.Family!, kept.Noted, now, CancellationToken.None))
                        return kept;
                    break;

                // A second access token of one generation: where it has a status, the family knows it before it goes out.
                case RefreshTokenDecision.Repeat repeat:
                    if (!(await mint.MintAsync(repeat.Plan, sender, cancellation)).Try(out var again, out reason))
                        return reason;
                    if (!repeat.Plan.AccessToken.Target.HasStatus || await families.NoteAsync(facts.Family!, again.Noted, now, CancellationToken.None))
                        return again;
                    break;

                // Ended whether or not the caller still waits for the answer.
                case RefreshTokenDecision.Theft theft:
                    if (await families.EndAsync(theft.FamilyId, FamilyEnd.RefreshTokenReused, now, CancellationToken.None))
                        await ends.TellAsync(theft.FamilyId, sender, FamilyEnd.RefreshTokenReused);
                    return theft.Reason;

                case RefreshTokenDecision.Refuse refuse:
                    return refuse.Reason;
            }
        }

        return Refusal.RefreshTokenFamilyEnded;
    }
}
