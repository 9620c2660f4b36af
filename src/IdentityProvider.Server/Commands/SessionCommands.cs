using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp sessions list|end</c>.</summary>
internal static class SessionCommands
{
    private const int Most = 1000;

    private static readonly string[] Columns = ["sid", "device", "address", "signed_in_at", "last_used_at", "ends_at", "clients"];

    public static Command Build() => new("sessions", "Where people are signed in.") { List(), End() };

    private static Command List()
    {
        var username = Username("Whose sessions.");
        username.Required = true;
        return new Command("list", "A person's sessions that last, the newest sign-in first.") { username }.Does(async work =>
        {
            if (await FindAsync(work, username) is not { } user)
                return Unknown(work, username);
            var sessions = await work.Get<Storage.Sessions>().ListAsync(user.Id, alsoEnded: false, Most, work.Cancellation);
            var clients = await work.Get<Storage.Sessions>().ClientsOfAllAsync(user.Id, Most, work.Cancellation);
            var open = sessions.Where(session => !session.IsOver(work.Installation.Now));
            return work.Output.List([.. open.Select(session => Document(work, session, clients[session.SessionId]))], Columns);
        });
    }

    private static Command End()
    {
        var id = new Argument<string?>("id") { Description = "As `idp sessions list` and the claim sid show it.", Arity = ArgumentArity.ZeroOrOne };
        var username = Username("End every session of this person instead. Offline access stays: `idp users set-password` and `disable` end that too.");
        var command = new Command("end", "Sign a person out in one browser, or in all: every app's access that hangs on it ends.") { id, username };
        command.Validators.Add(result =>
        {
            if (result.GetValue(id) is null == result.GetValue(username) is null)
                result.AddError("Name one session, or a person by --user.");
        });
        return command.Does(work => work.Parsed.GetValue(id) is { } named ? EndOneAsync(work, named) : EndAllAsync(work, username));
    }

    private static async Task<int> EndOneAsync(Work work, string named)
    {
        var sessions = work.Get<Storage.Sessions>();
        if (!Guid.TryParse(named, out var sessionId) || await sessions.FindAsync(sessionId, work.Cancellation) is not { } session)
            return work.Output.Refuse($"id: '{named}' is not a session here");
        return await sessions.EndAsync(session.SessionId, work.Installation.Now, work.Cancellation)
            ? work.Output.Say($"Ended session {named}.", new() { ["sid"] = session.SessionId.ToString("N"), ["sub"] = session.UserId.ToString("D"), ["ended"] = 1 })
            : work.Output.Refuse($"id: '{named}' has ended already");
    }

    private static async Task<int> EndAllAsync(Work work, Option<string?> username)
    {
        if (await FindAsync(work, username) is not { } user)
            return Unknown(work, username);
        var ended = await work.Get<Storage.Sessions>().EndAllAsync(user.Id, work.Installation.Now, work.Cancellation);
        return work.Output.Say(
            $"Ended {ended} {(ended == 1 ? "session" : "sessions")} of {user.UserName}.", new() { ["sub"] = user.Id.ToString("D"), ["username"] = user.UserName, ["ended"] = ended });
    }

    private static JsonObject Document(Work work, Session session, IEnumerable<string> clients) => new()
    {
        ["sid"] = session.SessionId.ToString("N"),
        ["sub"] = session.UserId.ToString("D"),
        ["device"] = Device.Of(session.UserAgent),
        ["address"] = session.Address,
        ["user_agent"] = session.UserAgent,
        ["signed_in_at"] = Output.Moment(session.AuthTime),
        ["last_used_at"] = Output.Moment(session.LastUsedAt),
        ["ends_at"] = Output.Moment(session.EndsUnusedAt(work.Installation.Settings.Sessions.IdleLimit)),
        ["clients"] = new JsonArray([.. clients]),
    };

    private static async Task<User?> FindAsync(Work work, Option<string?> username) =>
        await work.Get<UserManager<User>>().FindByNameAsync(work.Parsed.GetRequiredValue(username)!);

    private static int Unknown(Work work, Option<string?> username) => work.Output.Refuse($"user: '{work.Parsed.GetValue(username)}' is not a user here");

    private static Option<string?> Username(string description) => new("--user") { Description = description, HelpName = "username" };
}
