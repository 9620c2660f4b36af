using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Decoupled;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Decoupled;

/// <summary>What a person says to a device, or to a client of the back channel: their consent, as at <c>/authorize</c>, and the fact that is waited for.</summary>
internal sealed class DecoupledAnswers(DecoupledRequests requests, SignInHistory history, TimeProvider clock, ILogger<DecoupledAnswers> logger)
{
    /// <summary>False where somebody else was first, or the time is over. Nobody's going away leaves it half done.</summary>
    public async Task<bool> GiveAsync(DecoupledRequest request, Client client, Session session, bool isYes)
    {
        var now = clock.GetUtcNow();
        if (!isYes)
            return await requests.DenyAsync(request.RequestId, session.UserId, now, CancellationToken.None);

        var given = new Grant { UserId = session.UserId, ClientId = client.ClientId, Scope = request.Scope, Resources = request.Resources, UpdatedAt = now };
        if (!await requests.ApproveAsync(request, session, standing => Grant.Widen(standing, given, client), now, CancellationToken.None))
            return false;
        var origin = new Origin(session.Address, session.UserAgent);
        await history.AddAsync(session.UserId, origin, SignInOutcome.AppConnected, CancellationToken.None, client.ClientName);
        Log.RequestApproved(logger, session.UserId, request.Kind, client.ClientId);
        return true;
    }
}
