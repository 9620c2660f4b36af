using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Http;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.Token;

/// <summary>The exchange of a code (RFC 6749 §4.1.3): load, decide, mint, spend the code, answer.</summary>
internal sealed class AuthorizationCodeGrant(
    StoredAuthorizationCodes stored, TokenFamilies families, TokenMint mint, Entropy entropy, TimeProvider clock, FamilyEnds ends)
{
    /// <summary>Who loses the race for a code decides again, now by a spent one; who read roles that changed meanwhile, by those of now.</summary>
    private const int MostAttempts = 3;

    public async Task<Decision<TokenResponse>> ExchangeAsync(TokenRequest.AuthorizationCode request, Sender sender, CancellationToken cancellation)
    {
        var codeHash = SecretHash.Of(request.Code);
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var now = clock.GetUtcNow();
            var facts = await stored.LoadAsync(codeHash, cancellation);
            switch (AuthorizationCodeRules.Decide(request, sender.Client, facts, stored.IdleLimit, entropy.NewId(), now))
            {
                case AuthorizationCodeDecision.Issue issue:
                    if (!(await mint.MintAsync(issue.Plan, sender, cancellation)).Try(out var response, out var reason))
                        return reason;
                    var family = response.Noted is { } status ? issue.Family with { Statuses = [status] } : issue.Family;
                    if (await stored.RedeemAsync(codeHash, family, facts.User!.ToldRoleChanges, now))
                        return response;
                    break;

                // Ended whether or not the caller still waits for the answer.
                case AuthorizationCodeDecision.EndFamily end:
                    if (await families.EndAsync(end.FamilyId, FamilyEnd.CodeReused, now, CancellationToken.None))
                        await ends.TellAsync(end.FamilyId, sender, FamilyEnd.CodeReused);
                    return end.Reason;

                case AuthorizationCodeDecision.Refuse refuse:
                    return refuse.Reason;
            }
        }

        return Refusal.CodeAlreadyRedeemed;
    }
}
