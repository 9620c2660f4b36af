using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Audit;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>What every operation has at hand: the moment, new identifiers and secrets, what only an admin may touch, and the book in which it is written.</summary>
internal sealed class Desk(AuditTrail audit, Users users, Groups groups, Entropy entropy, TimeProvider clock, Settings settings)
{
    private const string ForAdmins = "opens administration itself, which is a matter for those who may change everything";

    public DateTimeOffset Now => clock.GetUtcNow();

    public Settings Settings => settings;

    public Entropy Entropy => entropy;

    /// <summary>Writes down what was done, after it is done and before it is answered: nobody's going away leaves it out.</summary>
    public Task RecordAsync(AuditAction action, Actor actor, AuditTarget target, JsonNode? before = null, JsonNode? after = null, JsonObject? detail = null) =>
        audit.RecordAsync(action, actor, target, before, after, detail, CancellationToken.None);

    /// <summary>Whether a client is this API's own, so that a change of it could make anybody anything.</summary>
    public Fault? Refuse(Actor actor, Client client) =>
        actor.Authority.IsFull || !AdminTokenRules.Names(client, settings.Issuer) ? null : Fault.Forbidden("client_id", ForAdmins);

    /// <summary>The same of a role that is given or taken.</summary>
    public static Fault? RefuseRole(Actor actor, string role) =>
        actor.Authority.IsFull || !AdminRules.IsPrivileged(role) ? null : Fault.Forbidden("role", ForAdmins);

    /// <summary>The same of an account: whoever can sign in to it, or end what it is in the middle of.</summary>
    public async Task<Fault?> RefuseAccountAsync(Actor actor, Guid userId, CancellationToken cancellation) =>
        actor.Authority.IsFull || (await users.FindRolesAmongAsync(userId, AdminRules.Roles, cancellation)).Count == 0 ? null : Fault.Forbidden("user", ForAdmins);

    /// <summary>The same of a group, by the roles that its people have.</summary>
    public async Task<Fault?> RefuseGroupAsync(Actor actor, Guid groupId, CancellationToken cancellation) =>
        actor.Authority.IsFull || !await groups.HasRoleAmongAsync(groupId, AdminRules.Roles, cancellation) ? null : Fault.Forbidden("group", ForAdmins);
}
