using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp sessions list|end</c>.</summary>
internal static class SessionCommands
{
    private static readonly string[] Columns = ["sid", "device", "address", "signed_in_at", "last_used_at", "ends_at", "clients"];

    public static Command Build() => new("sessions", "Where people are signed in.") { List(), End() };

    private static Command List()
    {
        var username = Username("Whose sessions.");
        username.Required = true;
        return new Command("list", "A person's sessions that last, the newest sign-in first.") { username }.Does(async work =>
            await work.TellAsync(await FindAsync(work, username), async user =>
                work.Output.List([.. (await work.Get<SessionOperations>().ListAsync(user, work.Cancellation)).Select(Document)], Columns)),
            async work => await work.AllAsync($"/users/{await work.SubAsync("--user")}/sessions", "sid", "device", "address", "signed_in_at", "last_used_at", "ends_at", "clients"));
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
        return command.Ends(
            work => work.Parsed.GetValue(id) is { } named ? LookAtOneAsync(work, named) : LookAtAllAsync(work, username),
            work => work.Parsed.GetValue(id) is { } named ? EndOneAsync(work, named) : EndAllAsync(work, username),
            RemoteCalls.EndSessionsAsync);
    }

    private static Task<int> LookAtOneAsync(Work work, string named) => work.ForecastAsync(
        work.Get<SessionOperations>().FindAsync(named, work.Cancellation),
        session => $"Would end session {session.Sid} ({session.Device})",
        session => new() { ["sid"] = session.Sid, ["sub"] = session.Sub },
        (session, dependents) => dependents.OfSessionAsync(Guid.Parse(session.Sid), work.Installation.Now, work.Cancellation));

    private static Task<int> LookAtAllAsync(Work work, Option<string?> username) => work.ForecastAsync(
        FindAsync(work, username),
        user => $"Would sign {user.UserName} out everywhere",
        user => new() { ["sub"] = user.Id.ToString("D"), ["username"] = user.UserName },
        (user, dependents) => dependents.OfSessionsAsync(user.Id, work.Installation.Now, work.Cancellation));

    private static async Task<int> EndOneAsync(Work work, string named) => work.Tell(
        await work.Get<SessionOperations>().EndAsync(work.Actor, named, work.Cancellation),
        session => work.Output.Say($"Ended session {named}.", new() { ["sid"] = session.SessionId.ToString("N"), ["sub"] = session.UserId.ToString("D"), ["ended"] = 1 }));

    private static async Task<int> EndAllAsync(Work work, Option<string?> username) => await work.TellAsync(await FindAsync(work, username), async user => work.Tell(
        await work.Get<SessionOperations>().EndAllAsync(work.Actor, user, work.Cancellation),
        count => work.Output.Say(
            $"Ended {count.Ended} {(count.Ended == 1 ? "session" : "sessions")} of {user.UserName}.",
            new() { ["sub"] = user.Id.ToString("D"), ["username"] = user.UserName, ["ended"] = count.Ended })));

    private static JsonObject Document(SessionDocument session) => JsonSerializer.SerializeToNode(session, AdminJson.Default.SessionDocument)!.AsObject();

    private static async Task<Operated<User>> FindAsync(Work work, Option<string?> username)
    {
        var found = await work.Get<UserOperations>().FindAsync(work.Parsed.GetRequiredValue(username)!);
        return found.Try(out _, out var fault) ? found : fault with { Member = "user" };
    }

    private static Option<string?> Username(string description) => new("--user") { Description = description, HelpName = "username" };
}
