using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>What is known of a person: their standard claims, and who they are elsewhere.</summary>
internal static class ProfileConsole
{
    /// <summary>Of the issuers that can be chosen for a link.</summary>
    private const int MostIssuers = 100;

    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Ask("/users/{sub}/profile", AdminArea.Users, request => UserConsole.OfUserAsync(request, user => AskAsync(request, user, fault: null))),
        ConsoleRoute.Form("/users/{sub}/profile", AdminArea.Users, request => UserConsole.OfUserAsync(request, user => ChangeAsync(request, user))),
        ConsoleRoute.Form("/users/{sub}/links", AdminArea.Users, request => LinkAsync(
            request, links => links.LinkAsync, (user, issuer, subject) => $"{user.UserName} is {subject} of {issuer}.")),
        ConsoleRoute.Form("/users/{sub}/links/end", AdminArea.Users, request => LinkAsync(
            request, links => links.UnlinkAsync, (user, issuer, subject) => $"{user.UserName} is no longer {subject} of {issuer}.")),
    ];

    /// <summary>Those who may speak for people here, for whoever may say so.</summary>
    public static async Task<IReadOnlyList<(string Value, string Label)>> IssuersAsync(ConsoleRequest request)
    {
        if (!request.May(AdminArea.Users, writes: true))
            return [];
        var upstreams = await request.Get<UpstreamOperations>().ListAsync(null, MostIssuers, request.Cancellation);
        var trusted = await request.Get<TrustedIssuerOperations>().ListAsync(null, MostIssuers, request.Cancellation);
        return
        [
            .. upstreams.Select(upstream => (upstream.Issuer, upstream.Label == upstream.Issuer ? upstream.Label : $"{upstream.Label} ({upstream.Issuer})")),
            .. trusted.Where(issuer => upstreams.All(upstream => upstream.Issuer != issuer.Issuer)).Select(issuer => (issuer.Issuer, issuer.Issuer)),
        ];
    }

    private static Task AskAsync(ConsoleRequest request, User user, Fault? fault) => request.ShowAsync<EditProfilePage>(
        new EditProfilePage.EditProfileModel(user.Id.ToString("D"), user.UserName!, ClaimsOf(user), UserOperations.VersionOf(user)), fault);

    private static async Task ChangeAsync(ConsoleRequest request, User user)
    {
        var standing = ClaimsOf(user);
        if (await request.RefuseVersionAsync(UserOperations.VersionOf(user), "user", AuditTarget.User(user.Id)) is { } late)
        {
            await AskAsync(request, user, late);
            return;
        }

        var change = ProfileChange.Of(standing, request.Parameters);
        if (change.Count == 0)
            await request.DoneAsync(UserConsole.PathOf(user), $"The profile of {user.UserName} is as it was.");
        else if ((await request.Get<UserOperations>().ChangeClaimsAsync(request.Actor, user, Encoding.UTF8.GetBytes(change.ToJsonString()), request.Cancellation)).Try(out _, out var fault))
            await request.DoneAsync(UserConsole.PathOf(user), $"The profile of {user.UserName} is changed.");
        else
            await AskAsync(request, user, fault);
    }

    private static Task LinkAsync(
        ConsoleRequest request, Func<LinkOperations, Func<Actor, User, string, string, CancellationToken, Task<Operated<User>>>> what, Func<User, string, string, string> notice) =>
        UserConsole.OfUserAsync(request, async user =>
        {
            var (issuer, subject) = (request["issuer"] ?? "", request["subject"] ?? "");
            if ((await what(request.Get<LinkOperations>())(request.Actor, user, issuer, subject, request.Cancellation)).Try(out _, out var fault))
                await request.DoneAsync(UserConsole.PathOf(user), notice(user, issuer, subject));
            else
                await UserConsole.ShowAsync(request, user, fault);
        });

    private static JsonObject ClaimsOf(User user) => JsonNode.Parse(user.Claims)!.AsObject();
}
