using IdentityProvider.Protocol.Admin;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Api;

/// <summary><c>/roles</c> and <c>/groups</c>.</summary>
internal static class RoleApi
{
    public static IEnumerable<AdminRoute> Routes =>
    [
        AdminRoute.List("/roles", "listRoles", AdminArea.Roles, "The roles, by name.", ListAsync, typeof(Page<RoleDocument>)),
        AdminRoute.Make("/roles", "createRole", AdminArea.Roles, "Makes a role.", CreateAsync, typeof(RoleBody), typeof(RoleDocument)),
        AdminRoute.Get("/roles/{role}", "getRole", AdminArea.Roles, "A role.", GetAsync, typeof(RoleDocument)),
        AdminRoute.Put("/roles/{role}", "replaceRole", AdminArea.Roles, "Changes what a role asks of those who have it.", ReplaceAsync, typeof(RoleBody), typeof(RoleDocument)),
        AdminRoute.Delete("/roles/{role}", "deleteRole", AdminArea.Roles, "Takes a role from everybody and every group, and forgets it.", DeleteAsync),
    ];

    private static Task<AdminAnswer> ListAsync(AdminRequest request) => request.PageAsync(
        (after, limit) => request.Get<RoleOperations>().ListAsync(after, limit, request.Cancellation), RoleOperations.Document, role => role.NormalizedName!);

    private static Task<AdminAnswer> CreateAsync(AdminRequest request) => request.WithBodyAsync(
        AdminApiJson.Default.RoleBody,
        asked => request.Get<RoleOperations>().CreateAsync(request.Actor, asked.Role ?? "", asked.RequireMfa == true),
        made => AdminAnswer.Made(RoleOperations.Document(made), $"/roles/{Uri.EscapeDataString(made.Name!)}", TagOf(made)));

    private static Task<AdminAnswer> GetAsync(AdminRequest request) =>
        AdminAnswer.OfAsync(FindAsync(request), role => AdminAnswer.Of(RoleOperations.Document(role), TagOf(role)));

    private static async Task<AdminAnswer> ReplaceAsync(AdminRequest request)
    {
        if (!(await FindAsync(request)).Try(out var role, out var fault))
            return fault;
        if (request.RefuseVersion(TagOf(role), "role") is { } old)
            return old;
        if (!request.Read(AdminApiJson.Default.RoleBody).Try(out var asked, out fault))
            return fault;
        if (asked.Role is not null && asked.Role != role.Name)
            return Fault.Refused("role", "can't be changed");
        return (await request.Get<RoleOperations>().UpdateAsync(request.Actor, role, asked.RequireMfa == true)).Try(out var changed, out fault)
            ? AdminAnswer.Of(RoleOperations.Document(changed), TagOf(changed))
            : fault;
    }

    private static Task<AdminAnswer> DeleteAsync(AdminRequest request) =>
        AdminAnswer.DoneAsync(request.Get<RoleOperations>().DeleteAsync(request.Actor, request.Named("role")));

    private static Task<Operated<Role>> FindAsync(AdminRequest request) => request.Get<RoleOperations>().FindAsync(request.Named("role"));

    private static string TagOf(Role role) => RoleOperations.VersionOf(role);
}
