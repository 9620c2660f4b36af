using IdentityProvider.Protocol.Token;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.Token;

/// <summary>What is stored about a code that a client presents.</summary>
internal sealed class StoredAuthorizationCodes(AuthorizationCodes codes, Users users, Sessions sessions, Registry registry, Settings settings)
{
    public AuthorizationCodes Codes => codes;

    public TimeSpan IdleLimit => settings.Sessions.IdleLimit;

    /// <summary>All that the rule asks about it.</summary>
    public async Task<AuthorizationCodeFacts> LoadAsync(byte[] codeHash, CancellationToken cancellation)
    {
        if (await codes.FindAsync(codeHash, cancellation) is not { } code)
            return new AuthorizationCodeFacts(null, null, null, []);
        return new AuthorizationCodeFacts(
            code,
            await users.FindClaimsAsync(code.UserId, cancellation),
            await sessions.FindAsync(code.SessionId, cancellation),
            await registry.FindResourcesAsync(code.Resources, cancellation));
    }
}
