using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp tokens inspect|revoke</c>. What it prints of a token never holds the token.</summary>
internal static class TokenCommands
{
    public static Command Build() => new("tokens", "Tokens that are out: what one says and whether it stands, and taking them back.") { Inspect(), Revoke() };

    private static Command Inspect()
    {
        var token = new Argument<string>("token") { Description = "An access token or a refresh token; - reads it from standard input, where no list of processes shows it." };
        return new Command("inspect", "What a token of this server says, and whether it stands.") { token }
            .Does(async work => work.Tell(
                await work.Get<TokenInspections>().InspectAsync(await Input.ReadPasswordAsync(work.Parsed.GetRequiredValue(token), work.Cancellation), work.Cancellation),
                work.Output.Show),
            RemoteTokenCalls.InspectAsync);
    }

    private static Command Revoke()
    {
        var token = new Argument<string?>("token")
        {
            Description = "One access token, or a refresh token with all of its family; - reads it from standard input.", Arity = ArgumentArity.ZeroOrOne,
        };
        var client = new Option<string?>("--client") { Description = "All of this client's instead: its own and those of people who use it.", HelpName = "id" };
        var user = new Option<string?>("--user") { Description = "All of this person's instead; with --client those that the client has.", HelpName = "username" };
        var command = new Command("revoke", "Take tokens back, for good: APIs that use the status list or ask refuse them within a second.") { token, client, user };
        command.Validators.Add(result =>
        {
            if (result.GetValue(token) is null == (result.GetValue(client) is null && result.GetValue(user) is null))
                result.AddError("Name one token, or whose by --client or --user.");
        });
        return command.Ends(work => LookAsync(work, work.Parsed.GetValue(token), work.Parsed.GetValue(client), work.Parsed.GetValue(user)), work => (work.Parsed.GetValue(token), work.Parsed.GetValue(client), work.Parsed.GetValue(user)) switch
        {
            ({ } named, _, _) => RevokeOneAsync(work, named),
            (_, var of, { } username) => RevokeUsersAsync(work, username, of),
            (_, var of, _) => RevokeClientsAsync(work, of!),
        },
            RemoteTokenCalls.RevokeAsync);
    }

    private static async Task<int> LookAsync(Work work, string? token, string? clientId, string? username)
    {
        var (now, counts) = (work.Installation.Now, work.Get<Dependents>());
        if (username is not null)
        {
            var found = await work.Get<UserOperations>().FindAsync(username);
            return await work.ForecastAsync(
                found.Try(out _, out var fault) ? found : fault with { Member = "user" },
                user => $"Would revoke what {clientId ?? "apps"} {(clientId is null ? "have" : "has")} of {user.UserName}",
                user => new() { ["sub"] = user.Id.ToString("D"), ["username"] = user.UserName, ["client_id"] = clientId },
                (user, dependents) => dependents.OfTokensAsync(user.Id, clientId, now, work.Cancellation));
        }

        if (clientId is not null)
        {
            var found = await work.Get<ClientOperations>().FindAsync(clientId, work.Cancellation);
            return await work.ForecastAsync(
                found.Try(out _, out var fault) ? found : fault with { Member = "client" },
                client => $"Would revoke every token of {client.ClientId}, also those of its own",
                client => new() { ["client_id"] = client.ClientId },
                (client, dependents) => dependents.OfTokensAsync(client.ClientId, now, work.Cancellation));
        }

        if (!(await work.Get<TokenInspections>().ReadAsync(await Input.ReadPasswordAsync(token!, work.Cancellation), work.Cancellation)).Try(out var read, out var unread))
            return work.Output.Refuse(unread.ToString());
        if (read.Access is { } access)
            return work.Forecast($"Would revoke access token {access.Jti} of {access.ClientId}", new() { ["jti"] = access.Jti, ["client_id"] = access.ClientId }, []);
        return await work.ForecastAsync(
            await work.Get<TokenOperations>().FindFamilyAsync(read.Refresh!.FamilyId.ToString("N"), work.Cancellation),
            family => $"Would revoke family {family.Family} of {family.ClientId}{(family.EndedAt is null ? "" : ", which has ended already")}",
            family => new() { ["family"] = family.Family, ["client_id"] = family.ClientId, ["sub"] = family.Sub },
            (_, _) => Task.FromResult<IReadOnlyList<DependentCount>>([]));
    }

    private static async Task<int> RevokeOneAsync(Work work, string named) => work.Tell(
        await work.Get<TokenInspections>().RevokeAsync(work.Actor, await Input.ReadPasswordAsync(named, work.Cancellation), work.Cancellation), revoked => Say(work.Output, revoked));

    /// <summary>Says what was taken back.</summary>
    public static int Say(Output output, JsonObject revoked) =>
        output.Say(revoked["jti"] is { } jti ? $"Revoked access token {jti}." : $"Revoked family {revoked["family"]}.", revoked);

    /// <summary>The same of a person.</summary>
    public static int Say(Output output, int ended, string sub, string? username, string? clientId) => output.Say(
        $"Revoked what {ended} {(ended == 1 ? "sign-in of an app has" : "sign-ins of apps have")} of {username}.",
        new() { ["sub"] = sub, ["username"] = username, ["client_id"] = clientId, ["revoked"] = ended });

    private static async Task<int> RevokeUsersAsync(Work work, string username, string? clientId)
    {
        if (!(await work.Get<UserOperations>().FindAsync(username)).Try(out var user, out var fault))
            return work.Output.Refuse((fault with { Member = "user" }).ToString());
        return work.Tell(
            await work.Get<TokenOperations>().RevokeAllAsync(work.Actor, user, clientId, work.Cancellation),
            count => Say(work.Output, count.Ended, user.Id.ToString("D"), user.UserName, clientId));
    }

    private static async Task<int> RevokeClientsAsync(Work work, string named) => work.Tell(
        await work.Get<ClientOperations>().RevokeTokensAsync(work.Actor, named, work.Cancellation),
        clientId => work.Output.Say($"Revoked every token of {clientId}.", new() { ["client_id"] = clientId, ["revoked"] = true }));
}
