using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Decoupled;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Decoupled;

/// <summary>What a person says to a device, or to a client of the back channel: their consent, as at <c>/authorize</c>, and the fact that is waited for.</summary>
internal sealed class DecoupledAnswers(DecoupledRequests requests, SignInHistory history, TimeProvider clock, ILogger<DecoupledAnswers> logger)
{
    /// <summary>False where somebody else was first, or the time is over. Nobody's going away leaves it half done.</summary>
    public async Task<bool> GiveAsync(HttpContext http, DecoupledRequest request, Client client, Session session, bool isYes)
    {
        var now = clock.GetUtcNow();
        if (!isYes)
        {
            var isFirst = await requests.DenyAsync(request.RequestId, session.UserId, now, CancellationToken.None);
            if (isFirst)
                await TellAsync(http, AuditAction.RequestDenied, request, session);
            return isFirst;
        }

        Grant? before = null;
        var given = new Grant { UserId = session.UserId, ClientId = client.ClientId, Scope = request.Scope, Resources = request.Resources, UpdatedAt = now };
        if (!await requests.ApproveAsync(request, session, standing => Grant.Widen(before = standing, given, client), now, CancellationToken.None))
            return false;
        await history.AddAsync(
            session.UserId, Origin.Of(http), SignInOutcome.AppConnected, CancellationToken.None, client.ClientName, AuditTold.OfGrant(client.ClientId, before, Grant.Widen(before, given, client)));
        await TellAsync(http, AuditAction.RequestApproved, request, session);
        Log.RequestApproved(logger, session.UserId, request.Kind, client.ClientId);
        return true;
    }

    private static Task TellAsync(HttpContext http, AuditAction action, DecoupledRequest request, Session session) => AuditTrail.ByPersonAsync(
        http, session.UserId, action, AuditTarget.Client(request.ClientId), detail: new() { ["kind"] = request.Kind.ToString(), ["scope"] = request.Scope.ToString() });
}
