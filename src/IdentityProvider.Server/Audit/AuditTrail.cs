using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Audit;

/// <summary>
/// The one way into the audit. A line is written after the commit of what it tells and before the answer, so that what was answered is in it; it
/// gets its place in the chain within a second (<see cref="Background.AuditChaining"/>). What was a secret is taken out here.
/// </summary>
public sealed class AuditTrail(AuditEvents events, Entropy entropy, TimeProvider clock, Measures measures)
{
    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>Writes a line.</summary>
    /// <param name="action">What was done.</param>
    /// <param name="actor">By whom, from where.</param>
    /// <param name="target">To whom or what.</param>
    /// <param name="before">How it was; null for what is new. Of two documents only what differs is kept.</param>
    /// <param name="after">How it is now; null for what is gone.</param>
    /// <param name="detail">What else there is to say.</param>
    /// <param name="cancellation">
    /// Gives up. Where the change has been committed, none is right: that its caller goes away must not hide what they did.
    /// </param>
    public Task RecordAsync(
        AuditAction action, Actor actor, AuditTarget target, JsonNode? before = null, JsonNode? after = null, JsonObject? detail = null, CancellationToken cancellation = default) =>
        events.AddAsync(Line(action, actor, target, before, after, detail), cancellation);

    /// <summary>Writes what a person did in this request. They can't undo it by going away.</summary>
    internal static Task ByPersonAsync(
        HttpContext http, Guid userId, AuditAction action, AuditTarget target, JsonNode? before = null, JsonNode? after = null, JsonObject? detail = null) =>
        ByAsync(http, Actor.Person(userId), action, target, before, after, detail);

    /// <summary>Writes what somebody did in this request.</summary>
    internal static Task ByAsync(
        HttpContext http, Actor actor, AuditAction action, AuditTarget target, JsonNode? before = null, JsonNode? after = null, JsonObject? detail = null) =>
        http.RequestServices.GetRequiredService<AuditTrail>().RecordAsync(action, actor.By(http), target, before, after, detail, CancellationToken.None);

    /// <summary>A line for who writes it in a transaction of their own.</summary>
    internal AuditEvent Line(AuditAction action, Actor actor, AuditTarget target, JsonNode? before = null, JsonNode? after = null, JsonObject? detail = null)
    {
        measures.Happen(action);
        var (was, isNow) = AuditRedaction.OfChange(target, before, after);
        return new AuditEvent
        {
            EventId = entropy.NewId(),
            At = Now,
            Action = AuditActions.NameOf(action),
            Actor = actor.Who,
            Target = target,
            Address = actor.Address,
            Device = actor.Device,
            RequestId = actor.RequestId,
            Before = was,
            After = isNow,
            Detail = AuditRedaction.Of(target, detail),
        };
    }
}
