using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Http;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.Token;

/// <summary>A client asks for what a person decides elsewhere (RFC 8628 §3.4, CIBA Core §10.1): load, decide, mint, spend the request, answer.</summary>
internal sealed class DecoupledGrant(
    DecoupledRequests requests, StoredDecoupledRequests stored, TokenMint mint, Entropy entropy, TimeProvider clock)
{
    /// <summary>Who loses a race decides again, now by what the winner wrote.</summary>
    private const int MostAttempts = 3;

    public async Task<Decision<TokenResponse>> AskAsync(TokenRequest.Decoupled request, Sender sender, CancellationToken cancellation)
    {
        var codeHash = SecretHash.Of(request.Code);
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var now = clock.GetUtcNow();
            var facts = await stored.LoadAsync(codeHash, sender.Client.Client, cancellation);
            switch (DecoupledGrantRules.Decide(request, sender.Client, facts, entropy.NewId(), now))
            {
                case DecoupledDecision.Issue issue:
                    if (!(await mint.MintAsync(issue.Plan, sender, cancellation)).Try(out var response, out var reason))
                        return reason;
                    var family = response.Noted is { } status ? issue.Family with { Statuses = [status] } : issue.Family;
                    if (await stored.RedeemAsync(facts.Request!.RequestId, family, facts.User!.ToldRoleChanges, now))
                        return response;
                    break;

                case DecoupledDecision.Wait wait:
                    if (await requests.PolledAsync(facts.Request!, wait.Interval, now, cancellation))
                        return wait.Reason;
                    break;

                case DecoupledDecision.Refuse refuse:
                    return refuse.Reason;
            }
        }

        return Refusal.SlowDown;
    }
}
