using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Pages;

namespace IdentityProvider.Server.Endpoints.Authorize;

/// <summary>Loads what a decision about an authorization request needs, and decides: for <c>/authorize</c> and for the pages on its way.</summary>
internal sealed class AuthorizationRequests(Registry registry, KeyRing keys, Settings settings, Resume resume, TimeProvider clock)
{
    /// <summary>A request that just came.</summary>
    public Task<PendingAuthorization> StartAsync(Parameters parameters, CancellationToken cancellation) =>
        DecideAsync(parameters, AuthorizationProgress.Start(clock.GetUtcNow()), cancellation);

    /// <summary>A request that comes back from our pages; null where the token isn't ours or is too old.</summary>
    public async Task<PendingAuthorization?> ResumeAsync(string? token, CancellationToken cancellation) =>
        resume.Open(token) is { } opened ? await DecideAsync(opened.Request, opened.Progress, cancellation) : null;

    private async Task<PendingAuthorization> DecideAsync(Parameters parameters, AuthorizationProgress progress, CancellationToken cancellation)
    {
        var client = parameters["client_id"] is { } clientId ? await registry.FindClientAsync(clientId, cancellation) : null;
        var resources = client is null ? [] : await registry.FindResourcesAsync(client.Resources, cancellation);
        var known = new AuthorizationRules.Known(client, resources, keys.Published, settings.Issuer);
        return new PendingAuthorization(parameters, progress, AuthorizationRules.Decide(parameters, known, clock.GetUtcNow()));
    }
}

/// <summary>An authorization request on its way.</summary>
/// <param name="Parameters">As it came.</param>
/// <param name="Progress">What our pages noted since.</param>
/// <param name="Decision">What the rules say of it now.</param>
internal sealed record PendingAuthorization(Parameters Parameters, AuthorizationProgress Progress, AuthorizationDecision Decision)
{
    /// <summary>The request, where the rules accept it.</summary>
    public AuthorizationRequest? Accepted => (Decision as AuthorizationDecision.Accepted)?.Request;
}
