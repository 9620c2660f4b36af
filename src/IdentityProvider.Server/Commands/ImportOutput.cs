using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Import;
using IdentityProvider.Server.Admin.Import;

namespace IdentityProvider.Server.Commands;

/// <summary>What an import shows: its plan, what it did, and what stayed behind; what is alike of many is one line with how many they are.</summary>
internal sealed class ImportOutput(Output output)
{
    /// <summary>Of what is alike, in a document.</summary>
    private const int MostNames = 1000;

    private const int ShownNames = 3;

    /// <summary>What becomes of a plan: it is shown, asked about and taken.</summary>
    public async Task<int> RunAsync(ImportShown plan, bool isDryRun, bool isYes, Func<Task<int>> take)
    {
        if (plan.IsNothing || isDryRun)
            return Plan(plan);
        if (!output.IsJson)
            Plan(plan);
        if (!isYes && (output.IsJson || !AsCode.Asks(output)))
            return output.Refuse("Nothing was changed: say --yes to take these steps, or --dry-run to see them only.");
        return await take();
    }

    /// <summary>What was done; of what stayed behind people see what came out by doing it.</summary>
    public void Done(ImportShown done, bool isApplied)
    {
        if (output.IsJson)
        {
            output.Show(Document(done, isApplied));
            return;
        }

        AsCode.ShowSecrets(output, done.Steps);
        Left([.. done.Left.Where(left => left.Kind == LeftBehind.OfPerson)]);
        output.Say($"{done.Steps.Count} {(done.Steps.Count == 1 ? "step" : "steps")} taken; accounts: {done.People.Made} made, {done.People.Changed} changed, {done.People.Standing} here already.", []);
    }

    // What would be done.
    private int Plan(ImportShown plan)
    {
        if (output.IsJson)
            return output.Show(Document(plan, isApplied: false));
        if (plan.Steps.Count > 0)
            output.List([.. plan.Steps.Select(AsCode.TableRow)], "action", "kind", "name", "changes");
        Left(plan.Left);
        return output.Say(
            plan.IsNothing ? "Nothing to do: everything that can come along is here." : $"Accounts: {plan.People.Made} to make, {plan.People.Changed} to change, {plan.People.Standing} here already.", []);
    }

    private void Left(IReadOnlyList<LeftBehind> left)
    {
        if (left.Count > 0)
            output.List([.. Alike(left).Select(TableRow)], "left behind", "what", "why", "of");
    }

    private static JsonObject Document(ImportShown shown, bool isApplied) => new()
    {
        ["applied"] = isApplied,
        ["steps"] = new JsonArray([.. shown.Steps]),
        ["people"] = new JsonObject { ["created"] = shown.People.Made, ["changed"] = shown.People.Changed, ["unchanged"] = shown.People.Standing },
        ["left"] = new JsonArray([.. Alike(shown.Left).Select(Row)]),
    };

    private static IEnumerable<(LeftBehind First, List<string> Names)> Alike(IReadOnlyList<LeftBehind> left) =>
        left.GroupBy(one => (one.Kind, one.What, one.Why)).Select(group => (group.First(), group.Select(one => one.Name).Distinct(StringComparer.Ordinal).ToList()));

    private static JsonObject Row((LeftBehind First, List<string> Names) alike) => new()
    {
        ["kind"] = alike.First.Kind,
        ["what"] = alike.First.What,
        ["why"] = alike.First.Why,
        ["count"] = alike.Names.Count,
        ["names"] = new JsonArray([.. alike.Names.Take(MostNames).Select(name => JsonValue.Create(name))]),
    };

    private static JsonObject TableRow((LeftBehind First, List<string> Names) alike) => new()
    {
        ["left behind"] = alike.First.Kind,
        ["what"] = alike.First.What,
        ["why"] = alike.First.Why,
        ["of"] = string.Join(", ", alike.Names.Take(ShownNames)) + (alike.Names.Count > ShownNames ? $" and {alike.Names.Count - ShownNames} more" : ""),
    };
}
