using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Admin;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp families list|show|end</c>: what clients have of people, each sign-in of a client with all its tokens.</summary>
internal static class FamilyCommands
{
    private static readonly string[] Columns = ["family", "client_id", "scope", "sid", "created_at", "expires_at"];

    public static Command Build() => new("families", "Sign-ins of clients, each with all its tokens.") { List(), Show(), End() };

    private static Command List()
    {
        var username = PersonOption.New("Of whom clients have it.");
        return new Command("list", "What clients have of a person now, the newest first.") { username }.Does(
            async work => await work.TellAsync(await PersonOption.FindAsync(work, username), async user =>
                work.Output.List([.. (await work.Get<TokenOperations>().ListFamiliesAsync(user, work.Cancellation)).Select(Document)], Columns)),
            async remote => await remote.AllAsync($"/users/{await remote.SubAsync("--user")}/families", Columns));
    }

    private static Command Show()
    {
        var id = Id();
        return new Command("show", "One sign-in of one client, ended or not.") { id }.Does(
            async work => work.Tell(await FindAsync(work, id), family => work.Output.Show(Document(family))),
            remote => remote.ShowAsync($"/families/{remote.Part("family")}"));
    }

    private static Command End()
    {
        var id = Id();
        return new Command("end", "End a sign-in of a client, and with it every token of it.") { id }.Ends(
            work => work.ForecastAsync(
                FindAsync(work, id),
                family => $"Would end family {family.Family} of {family.ClientId}{(family.EndedAt is null ? "" : ", which has ended already")}",
                family => new() { ["family"] = family.Family, ["client_id"] = family.ClientId, ["sub"] = family.Sub },
                (_, _) => Task.FromResult<IReadOnlyList<DependentCount>>([])),
            async work => await work.TellAsync(await FindAsync(work, id), async family => work.Tell(
                await work.Get<TokenOperations>().EndFamilyAsync(work.Actor, Guid.Parse(family.Family), work.Cancellation),
                ended => work.Output.Say($"Ended family {family.Family}.", new() { ["family"] = family.Family, ["ended"] = true }))),
            remote => remote.DoAsync(
                HttpMethod.Delete, $"/families/{remote.Part("family")}", $"Ended family {remote.Text("family")}.", new() { ["family"] = remote.Text("family"), ["ended"] = true }));
    }

    private static Argument<string> Id() => new("family") { Description = "As `idp families list` and `idp tokens inspect` show it." };

    private static Task<Operated<FamilyDocument>> FindAsync(Work work, Argument<string> id) =>
        work.Get<TokenOperations>().FindFamilyAsync(work.Parsed.GetRequiredValue(id), work.Cancellation);

    private static JsonObject Document(FamilyDocument family) => JsonSerializer.SerializeToNode(family, AdminJson.Default.FamilyDocument)!.AsObject();
}

/// <summary>The option by which a command is about one person.</summary>
internal static class PersonOption
{
    public static Option<string> New(string description) => new("--user") { Description = description, HelpName = "username", Required = true };

    /// <summary>The person; a fault is at the option.</summary>
    public static async Task<Operated<User>> FindAsync(Work work, Option<string> option)
    {
        var found = await work.Get<UserOperations>().FindAsync(work.Parsed.GetRequiredValue(option));
        return found.Try(out _, out var fault) ? found : fault with { Member = "user" };
    }
}
