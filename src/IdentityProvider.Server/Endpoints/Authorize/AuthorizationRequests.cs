using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.PushedAuthorization;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.Authorize;

/// <summary>
/// Loads what a decision about an authorization request needs, and decides: for <c>/authorize</c> and for the pages on its way. Of a pushed
/// request only the reference travels; what it says is read each time, so that nothing on the way can be other than what was pushed.
/// </summary>
internal sealed class AuthorizationRequests(AuthorizationFacts facts, RequestObjects objects, PushedRequests pushed, Resume resume, TimeProvider clock)
{
    /// <summary>A request that just came.</summary>
    public Task<PendingAuthorization> StartAsync(Parameters parameters, CancellationToken cancellation) =>
        DecideAsync(parameters, AuthorizationProgress.Start(clock.GetUtcNow()), isUnderWay: false, cancellation);

    /// <summary>A request that comes back from our pages; null where the token isn't ours or is too old.</summary>
    public async Task<PendingAuthorization?> ResumeAsync(string? token, CancellationToken cancellation) =>
        resume.Open(token) is { } opened ? await DecideAsync(opened.Request, opened.Progress, isUnderWay: true, cancellation) : null;

    /// <summary>Before the request goes through our pages: a pushed one is kept for whoever is at it there.</summary>
    public Task OpenAsync(PendingAuthorization pending, CancellationToken cancellation) =>
        pending.PushedReferenceHash is { } hash ? pushed.OpenAsync(hash, clock.GetUtcNow(), cancellation) : Task.CompletedTask;

    /// <summary>Before an error goes out: a pushed request is answered once (RFC 9126 §7.3). False where another answer was first.</summary>
    public async Task<bool> SpendAsync(PendingAuthorization pending, CancellationToken cancellation) =>
        pending.PushedReferenceHash is not { } hash || await pushed.SpendAsync(hash, clock.GetUtcNow(), cancellation);

    private async Task<PendingAuthorization> DecideAsync(Parameters came, AuthorizationProgress progress, bool isUnderWay, CancellationToken cancellation)
    {
        if (PushedRequest.ReferenceOrNull(came["request_uri"]) is { } reference)
            return await DecidePushedAsync(came.Only("client_id", "request_uri"), SecretHash.Of(reference), progress, isUnderWay, cancellation);
        var known = await facts.LoadAsync(came["client_id"], cancellation);
        return known.Client is { } client && RequestObjectRules.HasObject(came)
            ? await DecideSignedAsync(came, known, client, progress, cancellation)
            : new PendingAuthorization(came, progress, AuthorizationRules.Decide(came, known with { IsSigned = progress.IsSigned }, clock.GetUtcNow()));
    }

    // The object is verified as it comes; while a person is at our pages it may expire, and what it said travels on in our own seal.
    private async Task<PendingAuthorization> DecideSignedAsync(
        Parameters came, AuthorizationRules.Known known, Client client, AuthorizationProgress progress, CancellationToken cancellation)
    {
        var opened = await objects.ReadAsync(came, client, cancellation);
        var decision = AuthorizationRules.Decide(opened, came, known, clock.GetUtcNow());
        if (!opened.Try(out var requestObject, out _))
            return new PendingAuthorization(came, progress, decision);
        if (decision is AuthorizationDecision.Accepted && !await objects.SpendAsync(requestObject, client, cancellation))
            decision = AuthorizationRules.Decide(Refusal.RequestObjectReplayed, came, known, clock.GetUtcNow());
        return new PendingAuthorization(requestObject.Parameters, progress with { IsSigned = true }, decision);
    }

    private async Task<PendingAuthorization> DecidePushedAsync(
        Parameters came, byte[] referenceHash, AuthorizationProgress progress, bool isUnderWay, CancellationToken cancellation)
    {
        var known = await facts.LoadAsync(came["client_id"], cancellation);
        var stored = await pushed.FindAsync(referenceHash, cancellation);
        var decision = PushedAuthorizationRules.Open(came, stored, known, isUnderWay, clock.GetUtcNow());
        return new PendingAuthorization(came, progress, decision) { PushedReferenceHash = referenceHash };
    }
}

/// <summary>An authorization request on its way.</summary>
/// <param name="Parameters">What carries it through our pages: as it came, or the reference of what was pushed.</param>
/// <param name="Progress">What our pages noted since.</param>
/// <param name="Decision">What the rules say of it now.</param>
internal sealed record PendingAuthorization(Parameters Parameters, AuthorizationProgress Progress, AuthorizationDecision Decision)
{
    /// <summary>By what a pushed request is found; null for any other.</summary>
    public byte[]? PushedReferenceHash { get; init; }

    /// <summary>The request, where the rules accept it.</summary>
    public AuthorizationRequest? Accepted => (Decision as AuthorizationDecision.Accepted)?.Request;
}
