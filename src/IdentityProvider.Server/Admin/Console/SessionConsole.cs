using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/sessions</c>: the newest sign-ins as the audit has them, what failed beside what did not; one sign-in in one browser, and its end.</summary>
internal static class SessionConsole
{
    private static readonly string[] Failed = [AuditActions.NameOf(AuditAction.SignInFailed), AuditActions.NameOf(AuditAction.SignInLocked)];
    private static readonly string[] Others = [AuditActions.NameOf(AuditAction.SessionBegan), AuditActions.NameOf(AuditAction.SessionSteppedUp), AuditActions.NameOf(AuditAction.SessionEnded)];

    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page("/sessions", AdminArea.Sessions, ListAsync),
        ConsoleRoute.Page("/sessions/{sid}", AdminArea.Sessions, request => ShowAsync(request, fault: null)),
        ConsoleRoute.Form("/sessions/{sid}/end", AdminArea.Sessions, EndAsync),
    ];

    private static async Task ListAsync(ConsoleRequest request)
    {
        if (!request.May(AdminArea.Audit, writes: false))
        {
            await request.RefuseAsync(Fault.Forbidden("role", "may not see the audit, which tells of sign-ins"));
            return;
        }

        var isFailed = request["only"] == "failed";
        var search = new AuditSearch { Actions = isFailed ? Failed : [.. Failed, .. Others] };
        var list = await request.PageAsync(
            (after, limit) => request.Get<AuditEvents>().SearchAsync(search, AuditSearches.PlaceOf(after), limit, request.Cancellation), line => AuditSearches.PlaceOf(line.Event));
        await request.ShowAsync<SignInsPage>(new SignInsPage.SignInsModel(isFailed, list));
    }

    private static async Task ShowAsync(ConsoleRequest request, Fault? fault)
    {
        if ((await request.Get<SessionOperations>().FindAsync(request.Named("sid"), request.Cancellation)).Try(out var session, out var unknown))
            await request.ShowAsync<SessionPage>(session, fault);
        else
            await request.RefuseAsync(unknown);
    }

    private static async Task EndAsync(ConsoleRequest request)
    {
        if (!(await request.Get<SessionOperations>().EndAsync(request.Actor, request.Named("sid"), request.Cancellation)).Try(out var ended, out var fault))
            await ShowAsync(request, fault);
        else if (request.May(AdminArea.Users, writes: false))
            await request.DoneAsync(ConsolePaths.Of("users", ended.UserId.ToString("D")), "That session has ended, with every app's access that hung on it.");
        else
            await request.DoneAsync("", "That session has ended, with every app's access that hung on it.");
    }
}
