using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.Authorize;

/// <summary>Makes authorization codes: 256 random bits, of which only the SHA-256 is kept (RFC 6749 §10.5, §10.10).</summary>
internal sealed class CodeIssuance(AuthorizationCodes codes, Entropy entropy, TimeProvider clock)
{
    /// <summary>
    /// Stores what the code stands for and returns the code; null where a pushed request was answered meanwhile, or where what a person agreed to for
    /// this occasion gave its code before.
    /// </summary>
    public async Task<string?> IssueAsync(PendingAuthorization pending, AuthorizationRequest request, Session session, CancellationToken cancellation)
    {
        var code = entropy.Token();
        var now = clock.GetUtcNow();
        if (pending.PushedReferenceHash is { } pushed)
            return await codes.AddAnsweringAsync(SecretHash.Of(code), request.CodeFor(session, now), pushed, now, cancellation) ? code : null;
        if (!request.Details.IsEmpty && pending.Progress.DetailsAgreement is { } agreement)
            return await codes.AddAgreedAsync(SecretHash.Of(code), request.CodeFor(session, now), agreement, pending.Progress.StartedAt + Resume.Lifetime, cancellation) ? code : null;
        await codes.AddAsync(SecretHash.Of(code), request.CodeFor(session, now), cancellation);
        return code;
    }
}
