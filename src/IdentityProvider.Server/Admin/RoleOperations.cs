using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Admin;

/// <summary>Roles, which people have by themselves or by a group.</summary>
internal sealed class RoleOperations(RoleManager<Role> manager, Roles roles, Desk desk)
{
    private const int LongestName = 100;

    private static readonly Fault BadName = Fault.Refused("role", $"must be plain text of at most {LongestName} characters");

    public async Task<Operated<Role>> FindAsync(string name) => await manager.FindByNameAsync(name) is { } role ? role : Unknown(name);

    /// <summary>One page, by name.</summary>
    public Task<IReadOnlyList<Role>> ListAsync(string? after, int limit, CancellationToken cancellation) => roles.ListAsync(after, limit, cancellation);

    public static Fault? RefuseName(string name) => PlainText.IsPlain(name, LongestName) ? null : BadName;

    public async Task<Operated<Role>> CreateAsync(Actor actor, string name, bool requireMfa)
    {
        if ((RefuseName(name) ?? Desk.RefuseRole(actor, name)) is { } fault)
            return fault;
        var role = new Role { Id = desk.Entropy.NewId(), Name = name, RequireMfa = requireMfa };
        if (FaultOf(await manager.CreateAsync(role)) is { } taken)
            return taken;
        await desk.RecordAsync(AuditAction.RoleCreated, actor, AuditTarget.Role(name), after: Document(role));
        return role;
    }

    /// <summary>Makes the role where there is none of that name; why not, or null. To be given or taken, it must be the actor's to give.</summary>
    public async Task<Fault?> MakeAsync(Actor actor, string name)
    {
        if ((RefuseName(name) ?? Desk.RefuseRole(actor, name)) is { } fault)
            return fault;
        if (await manager.RoleExistsAsync(name))
            return null;
        return (await CreateAsync(actor, name, requireMfa: false)).Try(out _, out var reason) || reason.Kind == FaultKind.Conflict ? null : reason;
    }

    /// <summary>Changes what a role asks of those who have it, where nobody changed it since it was read.</summary>
    public async Task<Operated<Role>> UpdateAsync(Actor actor, Role role, bool requireMfa)
    {
        if (Desk.RefuseRole(actor, role.Name!) is { } fault)
            return fault;
        if (Roles.IsBeingDeleted(role))
            return Fault.Changed("role");
        var before = Document(role);
        role.RequireMfa = requireMfa;
        if (FaultOf(await manager.UpdateAsync(role)) is { } reason)
            return reason;
        await desk.RecordAsync(AuditAction.RoleChanged, actor, AuditTarget.Role(role.Name!), before, Document(role));
        return role;
    }

    /// <summary>Takes a role from everybody and every group, and forgets it.</summary>
    public async Task<Operated<Role>> DeleteAsync(Actor actor, string name)
    {
        if (await manager.FindByNameAsync(name) is not { } role)
            return Unknown(name);
        if (Desk.RefuseRole(actor, role.Name!) is { } fault)
            return fault;
        await roles.DeleteAsync(role.Id, desk.Now, CancellationToken.None);
        await desk.RecordAsync(AuditAction.RoleDeleted, actor, AuditTarget.Role(role.Name!), before: Document(role));
        return role;
    }

    /// <summary>The same where nobody changed what it asks of people since it was read.</summary>
    public async Task<Operated<Role>> DeleteAsync(Actor actor, Role read)
    {
        if (Desk.RefuseRole(actor, read.Name!) is { } fault)
            return fault;
        if (Fault.Of(await roles.DeleteAsync(read, desk.Now, CancellationToken.None), Unknown(read.Name!), "role") is { } notDone)
            return notDone;

        await desk.RecordAsync(AuditAction.RoleDeleted, actor, AuditTarget.Role(read.Name!), before: Document(read));
        return read;
    }

    public static JsonObject Document(Role role) => new() { ["role"] = role.Name, ["require_mfa"] = role.RequireMfa };

    /// <summary>Of the role as it stands: whoever changes it says which they saw.</summary>
    public static string VersionOf(Role role) => EntityTag.Of(role.ConcurrencyStamp ?? "");

    public static Fault Unknown(string name) => Fault.Unknown("role", name, "a role");

    private static Fault? FaultOf(IdentityResult result)
    {
        if (result.Succeeded)
            return null;
        var error = result.Errors.First();
        return error.Code switch
        {
            nameof(IdentityErrorDescriber.ConcurrencyFailure) => Fault.Changed("role"),
            nameof(IdentityErrorDescriber.DuplicateRoleName) => Fault.Conflict("role", error.Description.ReplaceLineEndings(" ")),
            _ => Fault.Refused("role", error.Description.ReplaceLineEndings(" ")),
        };
    }
}
