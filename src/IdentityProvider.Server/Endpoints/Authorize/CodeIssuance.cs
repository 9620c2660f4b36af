using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.Authorize;

/// <summary>Makes authorization codes: 256 random bits, of which only the SHA-256 is kept (RFC 6749 §10.5, §10.10).</summary>
internal sealed class CodeIssuance(AuthorizationCodes codes, Entropy entropy, TimeProvider clock)
{
    /// <summary>Stores what the code stands for and returns the code.</summary>
    public async Task<string> IssueAsync(AuthorizationRequest request, Session session, CancellationToken cancellation)
    {
        var code = entropy.Token();
        await codes.AddAsync(SecretHash.Of(code), request.CodeFor(session, clock.GetUtcNow()), cancellation);
        return code;
    }
}
