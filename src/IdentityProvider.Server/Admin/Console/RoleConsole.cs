using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/roles</c>: roles, and what each asks of those who have it.</summary>
internal static class RoleConsole
{
    private const string RequireMfa = "require_mfa";

    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page("/roles", AdminArea.Roles, request => ListAsync(request, fault: null)),
        ConsoleRoute.Form("/roles", AdminArea.Roles, CreateAsync),
        ConsoleRoute.Page("/roles/{role}", AdminArea.Roles, request => OfRoleAsync(request, role => ShowAsync(request, role, fault: null))),
        ConsoleRoute.Form("/roles/{role}", AdminArea.Roles, request => OfRoleAsync(request, role => ChangeAsync(request, role))),
        ConsoleRoute.Ask("/roles/{role}/delete", AdminArea.Roles, request => OfRoleAsync(request, async role => await (await DeletionAsync(request, role)).AskAsync(request))),
        ConsoleRoute.Form("/roles/{role}/delete", AdminArea.Roles, request => OfRoleAsync(request, async role => await (await DeletionAsync(request, role)).AnswerAsync(
            request, () => request.Get<RoleOperations>().DeleteAsync(request.Actor, role.Name!), "/roles", gone => $"The role {gone.Name} was deleted."))),
    ];

    private static async Task ListAsync(ConsoleRequest request, Fault? fault)
    {
        var list = await request.PageAsync((after, limit) => request.Get<RoleOperations>().ListAsync(after, limit, request.Cancellation), role => role.Name!);
        await request.ShowAsync<RolesPage>(new RolesPage.RolesModel(list), fault);
    }

    private static async Task CreateAsync(ConsoleRequest request)
    {
        var made = await request.Get<RoleOperations>().CreateAsync(request.Actor, request["role"] ?? "", request[RequireMfa] == "true");
        if (made.Try(out var role, out var fault))
            await request.DoneAsync(ConsolePaths.Of("roles", role.Name!), $"The role {role.Name} was made.");
        else
            await ListAsync(request, fault);
    }

    private static async Task ShowAsync(ConsoleRequest request, Role role, Fault? fault) => await request.ShowAsync<RolePage>(
        new RolePage.RoleModel(role.Name!, role.RequireMfa, RoleOperations.VersionOf(role), await request.Get<Dependents>().OfRoleAsync(role.Id, request.Cancellation)), fault);

    private static async Task ChangeAsync(ConsoleRequest request, Role role)
    {
        if (await request.RefuseVersionAsync(RoleOperations.VersionOf(role), "role", AuditTarget.Role(role.Name!)) is { } late)
        {
            await ShowAsync(request, role, late);
            return;
        }

        var changed = await request.Get<RoleOperations>().UpdateAsync(request.Actor, role, request[RequireMfa] == "true");
        if (changed.Try(out var now, out var fault))
            await request.DoneAsync(ConsolePaths.Of("roles", now.Name!), now.RequireMfa ? $"Who has the role {now.Name} signs in with a second factor." : $"The role {now.Name} asks for no second factor.");
        else
            await ShowAsync(request, role, fault);
    }

    private static async Task<Confirmation> DeletionAsync(ConsoleRequest request, Role role) => new(
        $"Delete the role {role.Name}",
        "Everybody who has it loses it, by themselves or by a group, and what apps know of them is renewed.",
        await request.Get<Dependents>().OfRoleAsync(role.Id, request.Cancellation),
        ConsolePaths.Of("roles", role.Name!, "delete"),
        "Delete the role",
        ConsolePaths.Of("roles", role.Name!));

    private static Task OfRoleAsync(ConsoleRequest request, Func<Role, Task> work) => request.WithAsync(request.Get<RoleOperations>().FindAsync(request.Named("role")), work);
}
