using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Server.Http;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.Token;

/// <summary>A token for another (RFC 8693): load, decide, mint, make sure that the sign-in still lasts, answer. Nothing is stored but the status' block.</summary>
internal sealed class TokenExchangeGrant(
    AccessTokens accessTokens, AccessTokenStanding standing, Registry registry, TokenFamilies families, TokenMint mint, TimeProvider clock)
{
    /// <summary>A refresh may move the sign-in on meanwhile.</summary>
    private const int MostAttempts = 3;

    public async Task<Decision<TokenResponse>> ExchangeAsync(TokenRequest.TokenExchange request, Sender sender, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var now = clock.GetUtcNow();
            var resources = await registry.FindResourcesAsync(sender.Client.Client.Resources, cancellation);
            var facts = new TokenExchangeFacts(
                await LoadAsync(request.SubjectToken, resources, now, cancellation),
                request.ActorToken is { } actor ? await LoadAsync(actor, [], now, cancellation) : null,
                resources);
            if (!TokenExchangeRules.Decide(request, sender.Client, facts, now).Try(out var plan, out var reason)
                || !(await mint.MintAsync(plan, sender, cancellation)).Try(out var response, out reason))
                return reason;

            // An end of the sign-in that came first is seen here, and one that comes later finds the block that the status is of.
            if (!plan.AccessToken.Target.HasStatus || await families.NoteAsync(plan.AccessToken.Family!, response.Noted, now, CancellationToken.None))
                return response with { IssuedTokenType = TokenExchangeRules.AccessTokenType, FamilyExpiresAt = null };
        }

        return Refusal.SubjectTokenInvalid;
    }

    private async Task<PresentedToken?> LoadAsync(string text, IReadOnlyList<Resource> resources, DateTimeOffset now, CancellationToken cancellation) =>
        (await accessTokens.VerifyAsync(text, now, cancellation)).Try(out var token, out _) ? new PresentedToken(token, await standing.LoadAsync(token, resources, cancellation)) : null;
}
