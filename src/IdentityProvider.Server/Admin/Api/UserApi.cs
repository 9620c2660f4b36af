using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Server.Pages;
using IdentityProvider.Server.Pages.Account;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Api;

/// <summary><c>/users</c>: accounts. The version of one is that of what is written of it: its claims, its password, whether it is disabled.</summary>
internal static class UserApi
{
    public static IEnumerable<AdminRoute> Routes =>
    [
        AdminRoute.List("/users", "listUsers", AdminArea.Users, "The accounts, by user name.", ListAsync, typeof(Page<UserSummary>), ("q", "How the user name begins."), ("email", "The whole address.")),
        AdminRoute.Make("/users", "createUser", AdminArea.Users, "Makes an account.", CreateAsync, typeof(UserBody), typeof(UserDocument)),
        AdminRoute.Get("/users/{sub}", "getUser", AdminArea.Users, "An account with its claims, roles and groups.", GetAsync, typeof(UserDocument)),
        AdminRoute.Patch("/users/{sub}", "changeUser", AdminArea.Users, "Changes what is known of a person.", ChangeAsync, typeof(UserChange), typeof(UserDocument)),
        AdminRoute.Delete("/users/{sub}", "deleteUser", AdminArea.Users, "Deletes an account for good, with all that is held on the person.", request => DoAsync(request, users => users.DeleteAsync)),
        AdminRoute.Act("/users/{sub}/disable", "disableUser", AdminArea.Users, "Keeps a person out; every session and every app's access ends.", request => DoAsync(request, users => users.DisableAsync)),
        AdminRoute.Act("/users/{sub}/enable", "enableUser", AdminArea.Users, "Lets a person in again.", request => DoAsync(request, users => users.EnableAsync)),
        AdminRoute.Act("/users/{sub}/password", "setPassword", AdminArea.Users, "Gives a person another password.", SetPasswordAsync, typeof(PasswordBody)),
        AdminRoute.Delete("/users/{sub}/second-factors", "resetSecondFactors", AdminArea.Users, "Takes a person's second factors away; they are told.", request => DoAsync(request, users => users.ResetSecondFactorsAsync)),
        AdminRoute.Set("/users/{sub}/roles/{role}", "grantRole", AdminArea.Users, "Gives a person a role.", GrantRoleAsync),
        AdminRoute.Delete("/users/{sub}/roles/{role}", "revokeRole", AdminArea.Users, "Takes a role from a person.", RevokeRoleAsync),
        AdminRoute.List("/users/{sub}/history", "listHistory", AdminArea.Users, "What happened to an account in the last 90 days, the newest first.", ListHistoryAsync, typeof(Page<HistoryDocument>)),
        AdminRoute.Set("/users/{sub}/links/{issuer}/{subject}", "linkUser", AdminArea.Users, "Says that a person is this subject of a trusted issuer or an upstream, which then speaks for them.", request => LinkAsync(request, links => links.LinkAsync)),
        AdminRoute.Delete("/users/{sub}/links/{issuer}/{subject}", "unlinkUser", AdminArea.Users, "Takes that back.", request => LinkAsync(request, links => links.UnlinkAsync)),
        AdminRoute.Make("/invitations", "inviteUser", AdminArea.Users, "Offers somebody an account, by a link that is mailed.", InviteAsync, typeof(InvitationBody), typeof(InvitationDocument)),
    ];

    /// <summary>The account that the path names.</summary>
    public static Task<Operated<User>> FindAsync(AdminRequest request) => request.Get<UserOperations>().FindBySubAsync(request.Named("sub"));

    private static Task<AdminAnswer> ListAsync(AdminRequest request) => request.PageAsync(
        (after, limit) => request.Get<UserOperations>().ListAsync(new UserFilter(request["q"] ?? "", request["email"]), after, limit, request.Cancellation),
        user => JsonSerializer.SerializeToNode(UserDocuments.Summary(user), AdminJson.Default.UserSummary)!,
        user => user.NormalizedUserName!);

    private static async Task<AdminAnswer> CreateAsync(AdminRequest request)
    {
        if (!request.Read(AdminApiJson.Default.UserBody).Try(out var asked, out var fault))
            return fault;
        if (asked.Username is null)
            return Fault.Refused("username", "must be there: what the person signs in with");
        if (asked.Password is null == asked.PasswordHash is null)
            return Fault.Refused("password", "must be there, or password_hash, and not both");
        var claims = Encoding.UTF8.GetBytes((asked.Claims ?? []).ToJsonString());
        var operated = await request.Get<UserOperations>().CreateAsync(
            request.Actor, new NewUser(asked.Username, new(asked.Password, asked.PasswordHash), claims, asked.Roles ?? []), request.Cancellation);
        if (!operated.Try(out var user, out fault))
            return fault;
        return AdminAnswer.Made(await DocumentAsync(request, user), $"/users/{user.Id:D}", TagOf(user)) with { Warnings = operated.Warnings };
    }

    private static async Task<AdminAnswer> GetAsync(AdminRequest request) =>
        (await FindAsync(request)).Try(out var user, out var fault) ? AdminAnswer.Of(await DocumentAsync(request, user), TagOf(user)) : fault;

    private static async Task<AdminAnswer> ChangeAsync(AdminRequest request)
    {
        if (!(await FindAsync(request)).Try(out var user, out var fault))
            return fault;
        if (request.RefuseVersion(TagOf(user), "user") is { } old)
            return old;
        if (!request.Read(AdminApiJson.Default.UserChange).Try(out var change, out fault))
            return fault;
        var claims = Encoding.UTF8.GetBytes((change.Claims ?? []).ToJsonString());
        return (await request.Get<UserOperations>().ChangeClaimsAsync(request.Actor, user, claims, request.Cancellation)).Try(out var changed, out fault)
            ? AdminAnswer.Of(await DocumentAsync(request, changed), TagOf(changed))
            : fault;
    }

    private static async Task<AdminAnswer> SetPasswordAsync(AdminRequest request)
    {
        if (!request.Read(AdminApiJson.Default.PasswordBody).Try(out var asked, out var fault))
            return fault;
        if (asked.Password is null == asked.PasswordHash is null)
            return Fault.Refused("password", "must be there, or password_hash, and not both");
        if (!(await FindAsync(request)).Try(out var user, out fault))
            return fault;
        var operated = await request.Get<UserOperations>().SetPasswordAsync(
            request.Actor, user, new(asked.Password, asked.PasswordHash), asked.KeepSessions == true, request.Cancellation);
        return operated.Try(out _, out fault) ? AdminAnswer.Nothing with { Warnings = operated.Warnings } : fault;
    }

    private static async Task<AdminAnswer> GrantRoleAsync(AdminRequest request)
    {
        if (!(await FindAsync(request)).Try(out var user, out var fault))
            return fault;
        var granted = await request.Get<UserOperations>().GrantRoleAsync(request.Actor, user, request.Named("role"), request.Cancellation);

        // Who says it again is told that it is so (RFC 9110 §9.2.2).
        return granted.Try(out _, out fault) || fault.Kind == FaultKind.Conflict ? AdminAnswer.Nothing : fault;
    }

    private static async Task<AdminAnswer> RevokeRoleAsync(AdminRequest request)
    {
        if (!(await FindAsync(request)).Try(out var user, out var fault))
            return fault;
        var revoked = await request.Get<UserOperations>().RevokeRoleAsync(request.Actor, user, request.Named("role"), request.Cancellation);
        return revoked.Try(out _, out fault) || fault.Kind == FaultKind.Conflict ? AdminAnswer.Nothing : fault;
    }

    private static async Task<AdminAnswer> ListHistoryAsync(AdminRequest request)
    {
        if (!(await FindAsync(request)).Try(out var user, out var fault))
            return fault;
        return await request.PageAsync(
            (after, limit) => request.Get<SignInEvents>().ListAsync(user.Id, request.Get<TimeProvider>().GetUtcNow(), limit, HistoryPlaces.Read(after), request.Cancellation),
            line => JsonSerializer.SerializeToNode(HistoryDocument.Of(line), AdminJson.Default.HistoryDocument)!,
            HistoryPlaces.Write);
    }

    private static async Task<AdminAnswer> LinkAsync(AdminRequest request, Func<LinkOperations, Func<Actor, User, string, string, CancellationToken, Task<Operated<User>>>> what)
    {
        if (!(await FindAsync(request)).Try(out var user, out var fault))
            return fault;
        var changed = await what(request.Get<LinkOperations>())(request.Actor, user, request.Named("issuer"), request.Named("subject"), request.Cancellation);
        return changed.Try(out _, out fault) ? AdminAnswer.Nothing : fault;
    }

    private static async Task<AdminAnswer> InviteAsync(AdminRequest request)
    {
        if (!request.Read(AdminApiJson.Default.InvitationBody).Try(out var asked, out var fault))
            return fault;
        var language = asked.Language ?? Languages.All[0].Name;
        if (Languages.All.All(known => known.Name != language))
            return Fault.Refused("language", $"must be one of {string.Join(", ", Languages.All.Select(known => known.Name))}");
        if (!(await request.Get<InvitationOperations>().InviteAsync(request.Actor, asked.Email ?? "", asked.Roles ?? [], language, request.Cancellation)).Try(out var sent, out fault))
            return fault;
        var document = new InvitationDocument(sent.Email, sent.Roles, Moments.Text(sent.Until));
        return AdminAnswer.Made(JsonSerializer.SerializeToNode(document, AdminApiJson.Default.InvitationDocument)!, location: null);
    }

    private static async Task<AdminAnswer> DoAsync(AdminRequest request, Func<UserOperations, Func<Actor, User, CancellationToken, Task<Operated<User>>>> what)
    {
        if (!(await FindAsync(request)).Try(out var user, out var fault))
            return fault;
        return (await what(request.Get<UserOperations>())(request.Actor, user, request.Cancellation)).Try(out _, out fault) ? AdminAnswer.Nothing : fault;
    }

    private static async Task<JsonNode> DocumentAsync(AdminRequest request, User user) =>
        JsonSerializer.SerializeToNode(await request.Get<UserDocuments>().OfAsync(user, request.Cancellation), AdminJson.Default.UserDocument)!;

    private static string TagOf(User user) => UserOperations.VersionOf(user);
}
