using System.Text;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Upstream;

/// <summary>Begins attempts to sign in by an upstream, and ends each once.</summary>
internal sealed class UpstreamStart(UpstreamServers servers, UpstreamCookies cookies, SpentIdentifiers spent, Settings settings, Entropy entropy, TimeProvider clock)
{
    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>Sends the browser there; false where the upstream can't be asked where its pages are.</summary>
    /// <param name="http">The request.</param>
    /// <param name="upstream">Where to.</param>
    /// <param name="target">Where the sign-in leads back to, as a query of <c>/login</c>.</param>
    /// <param name="maxAge">How long ago the person may have signed in there, in seconds; null where it doesn't matter.</param>
    /// <param name="linkTo">The session whose account is to be linked; null for a sign-in.</param>
    public async Task<bool> GoAsync(HttpContext http, UpstreamProvider upstream, string target, int? maxAge, Guid? linkTo)
    {
        if (await servers.FindAsync(upstream, http.RequestAborted) is not { } server)
            return false;
        var attempt = new UpstreamAttempt
        {
            Upstream = upstream.Name,
            Issuer = upstream.Issuer,
            State = entropy.Token(),
            Nonce = entropy.Token(),
            CodeVerifier = entropy.Token(),
            StartedAt = Now,
            MaxAge = maxAge,
            LinkTo = linkTo,
            Target = target,
        };
        cookies.Keep(http, attempt);
        PageResults.Redirect(http, attempt.AuthorizationRequest(upstream, server, UpstreamPaths.RedirectUri(settings, upstream)));
        return true;
    }

    /// <summary>True for the first answer.</summary>
    public Task<bool> SpendAsync(UpstreamAttempt attempt, CancellationToken cancellation) =>
        spent.SpendAsync(UpstreamAttempt.Purpose, attempt.Upstream, attempt.State, attempt.ExpiresAt, Now, cancellation);

    /// <summary>The parameters of a target that was kept as a query.</summary>
    public static Parameters Parse(string? target) =>
        target is { Length: > 1 } && Parameters.Parse(Encoding.UTF8.GetBytes(target[1..])).Try(out var parameters, out _) ? parameters : Parameters.None;
}
