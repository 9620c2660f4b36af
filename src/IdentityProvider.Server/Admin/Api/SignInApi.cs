using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>Sessions, families and grants: where a person is signed in, and what clients have of them. Each is one person's, and so few that they need no pages.</summary>
internal static class SignInApi
{
    public static IEnumerable<AdminRoute> Routes =>
    [
        AdminRoute.Get("/users/{sub}/sessions", "listSessions", AdminArea.Sessions, "A person's sessions that last, the newest sign-in first.", ListSessionsAsync, typeof(Page<SessionDocument>)),
        AdminRoute.Act("/users/{sub}/end-sessions", "endSessions", AdminArea.Sessions, "Signs a person out everywhere. Offline access stays.", EndSessionsAsync, answer: typeof(EndedDocument)),
        AdminRoute.Get("/sessions/{sid}", "getSession", AdminArea.Sessions, "A session that lasts.", GetSessionAsync, typeof(SessionDocument)),
        AdminRoute.Delete("/sessions/{sid}", "endSession", AdminArea.Sessions, "Signs a person out in one browser: every app's access that hangs on it ends.", EndSessionAsync),
        AdminRoute.Get("/users/{sub}/families", "listFamilies", AdminArea.Families, "What clients have of a person now, the newest first. None of its tokens is there.", ListFamiliesAsync, typeof(Page<FamilyDocument>)),
        AdminRoute.Act("/users/{sub}/revoke-tokens", "revokeUserTokens", AdminArea.Families, "Takes back all that clients have of a person, offline access too.", RevokeTokensAsync, answer: typeof(EndedDocument)) with { Query = [("client_id", "Only what this client has.")] },
        AdminRoute.Get("/families/{family}", "getFamily", AdminArea.Families, "One sign-in of one client, ended or not.", GetFamilyAsync, typeof(FamilyDocument)),
        AdminRoute.Delete("/families/{family}", "endFamily", AdminArea.Families, "Ends a family, and with it every token of it.", EndFamilyAsync),
        AdminRoute.Get("/users/{sub}/grants", "listGrants", AdminArea.Grants, "What a person has agreed to, by client.", ListGrantsAsync, typeof(Page<GrantDocument>)),
        AdminRoute.Delete("/users/{sub}/grants/{client_id}", "revokeGrant", AdminArea.Grants, "Takes back a consent, with all that the client has of the person.", RevokeGrantAsync),
    ];

    private static Task<AdminAnswer> ListSessionsAsync(AdminRequest request) =>
        OfUserAsync(request, async user => All(await request.Get<SessionOperations>().ListAsync(user, request.Cancellation), AdminJson.Default.SessionDocument));

    private static Task<AdminAnswer> EndSessionsAsync(AdminRequest request) =>
        OfUserAsync(request, async user => Ended(await request.Get<SessionOperations>().EndAllAsync(request.Actor, user, request.Cancellation)));

    private static Task<AdminAnswer> GetSessionAsync(AdminRequest request) =>
        AdminAnswer.OfAsync(request.Get<SessionOperations>().FindAsync(request.Named("sid"), request.Cancellation), found => AdminAnswer.Of(JsonSerializer.SerializeToNode(found, AdminJson.Default.SessionDocument)!));

    private static Task<AdminAnswer> EndSessionAsync(AdminRequest request) =>
        AdminAnswer.DoneAsync(request.Get<SessionOperations>().EndAsync(request.Actor, request.Named("sid"), request.Cancellation));

    private static Task<AdminAnswer> ListFamiliesAsync(AdminRequest request) =>
        OfUserAsync(request, async user => All(await request.Get<TokenOperations>().ListFamiliesAsync(user, request.Cancellation), AdminJson.Default.FamilyDocument));

    private static Task<AdminAnswer> RevokeTokensAsync(AdminRequest request) =>
        OfUserAsync(request, async user => Ended(await request.Get<TokenOperations>().RevokeAllAsync(request.Actor, user, request["client_id"], request.Cancellation)));

    private static Task<AdminAnswer> GetFamilyAsync(AdminRequest request) =>
        AdminAnswer.OfAsync(request.Get<TokenOperations>().FindFamilyAsync(request.Named("family"), request.Cancellation), found => AdminAnswer.Of(JsonSerializer.SerializeToNode(found, AdminJson.Default.FamilyDocument)!));

    private static async Task<AdminAnswer> EndFamilyAsync(AdminRequest request)
    {
        var named = request.Named("family");
        if (!Guid.TryParse(named, out var familyId))
            return Fault.Unknown("family", named, "a family");
        return (await request.Get<TokenOperations>().EndFamilyAsync(request.Actor, familyId, request.Cancellation)).Try(out _, out var fault) ? AdminAnswer.Nothing : fault;
    }

    private static Task<AdminAnswer> ListGrantsAsync(AdminRequest request) =>
        OfUserAsync(request, async user => All(await request.Get<TokenOperations>().ListGrantsAsync(user, request.Cancellation), AdminJson.Default.GrantDocument));

    private static Task<AdminAnswer> RevokeGrantAsync(AdminRequest request) => OfUserAsync(request, async user =>
        (await request.Get<TokenOperations>().RevokeGrantAsync(request.Actor, user, request.Named("client_id"), request.Cancellation)).Try(out _, out var fault) ? AdminAnswer.Nothing : fault);

    private static async Task<AdminAnswer> OfUserAsync(AdminRequest request, Func<User, Task<AdminAnswer>> answer) =>
        (await UserApi.FindAsync(request)).Try(out var user, out var fault) ? await answer(user) : fault;

    private static AdminAnswer Ended(Operated<Count> operated) => operated.Try(out var count, out var fault)
        ? AdminAnswer.Of(JsonSerializer.SerializeToNode(new EndedDocument(count.Ended), AdminApiJson.Default.EndedDocument)!)
        : fault;

    private static AdminAnswer All<T>(IReadOnlyList<T> documents, JsonTypeInfo<T> type) =>
        AdminAnswer.Of(new JsonObject { ["items"] = new JsonArray([.. documents.Select(document => JsonSerializer.SerializeToNode(document, type))]) });
}
