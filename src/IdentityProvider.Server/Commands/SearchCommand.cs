using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp search</c>: looks for a thing of whatever kind.</summary>
internal static class SearchCommand
{
    public static Command Build()
    {
        var text = new Argument<string>("text") { Description = "How an identifier, a name or an address begins; or the whole of a sid, a sub or the id of a line of the audit." };
        var kind = new Option<string?>("--kind") { Description = "Look for these alone.", HelpName = "kind" };
        kind.AcceptOnlyFromAmong([.. SearchOperations.Kinds]);
        var limit = new Option<int>("--limit") { Description = $"How many of each kind, up to {SearchOperations.Most}.", DefaultValueFactory = _ => SearchOperations.Usual, HelpName = "n" };
        return new Command("search", "Look for clients, APIs, people, groups, roles, sessions, keys and lines of the audit by how what they are called begins.") { text, kind, limit }.Does(async work =>
        {
            var only = work.Parsed.GetValue(kind) is { } name ? SearchOperations.KindOf(name) : null;
            return work.Tell(
                await work.Get<SearchOperations>().FindAsync(work.Actor, work.Parsed.GetRequiredValue(text), only, work.Parsed.GetValue(limit), work.Cancellation),
                found => Show(work.Output, JsonSerializer.SerializeToNode(found, AdminJson.Default.SearchDocument)!.AsObject()));
        },
            RemoteCalls.SearchAsync);
    }

    /// <summary>Shows what was found, and of what there is more.</summary>
    public static int Show(Output output, JsonObject found)
    {
        if (output.IsJson)
            return output.Show(found);
        var shown = output.List([.. found["items"]!.AsArray().Select(item => item!.AsObject())], "kind", "id", "name", "detail");
        if (found["more"]!.AsArray() is { Count: > 0 } more)
            output.Remark($"There are more of: {string.Join(", ", more.Select(kind => (string)kind!))}. Go on typing, or see --limit.");
        return shown;
    }
}
