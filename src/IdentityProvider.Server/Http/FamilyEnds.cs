using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Telemetry;
using Actor = IdentityProvider.Server.Admin.Actor;

namespace IdentityProvider.Server.Http;

/// <summary>What is told of families that the protocol ends: in the log and in the audit.</summary>
internal sealed class FamilyEnds(AuditTrail audit, Measures measures, ILogger<FamilyEnds> logger)
{
    /// <summary>A family has just ended.</summary>
    /// <param name="familyId">Which.</param>
    /// <param name="sender">By whose request.</param>
    /// <param name="reason">Why.</param>
    public Task TellAsync(Guid familyId, Sender sender, FamilyEnd reason)
    {
        if (reason is FamilyEnd.RefreshTokenReused or FamilyEnd.CodeReused)
            measures.Reuse(reason);
        Log.FamilyEnded(logger, familyId, sender.Client.ClientId, reason);
        return TellAsync(familyId, sender.Actor, sender.Client.ClientId, reason);
    }

    /// <summary>The client itself ended it.</summary>
    public Task TellRevokedAsync(HttpContext http, Guid familyId, string clientId)
    {
        Log.FamilyRevoked(logger, familyId, clientId);
        return TellAsync(familyId, Actor.Client(clientId).By(http), clientId, FamilyEnd.RevokedByClient);
    }

    private Task TellAsync(Guid familyId, Actor actor, string clientId, FamilyEnd reason) => audit.RecordAsync(
        AuditAction.FamilyEnded, actor, AuditTarget.Family(familyId), detail: new() { ["reason"] = reason.ToString(), ["client_id"] = clientId }, cancellation: CancellationToken.None);
}
