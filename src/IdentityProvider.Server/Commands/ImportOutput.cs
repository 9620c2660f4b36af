using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Import;
using IdentityProvider.Server.Admin.AsCode;
using IdentityProvider.Server.Admin.Import;

namespace IdentityProvider.Server.Commands;

/// <summary>What an import shows: its plan, what it did, and what stayed behind; what is alike of many is one line with how many they are.</summary>
internal sealed class ImportOutput(Work work)
{
    /// <summary>Of what is alike, in a document.</summary>
    private const int MostNames = 1000;

    private const int ShownNames = 3;

    public void Warn(PreparedImport prepared)
    {
        foreach (var warning in prepared.Steps.SelectMany(step => step.Entry.Warnings))
            work.Output.Warn(warning);
    }

    /// <summary>What would be done.</summary>
    public int Plan(PreparedImport prepared)
    {
        if (AsCode.IsJson(work))
            return work.Output.Show(Document(prepared.Steps.Select(AsCode.Row), Planned(prepared.People), prepared.Left, isApplied: false));
        if (prepared.Steps.Count > 0)
            work.Output.List([.. prepared.Steps.Select(AsCode.TableRow)], "action", "kind", "name", "changes");
        Left(prepared.Left);
        var people = Planned(prepared.People);
        return work.Output.Say(prepared.IsNothing ? "Nothing to do: everything that can come along is here." : $"Accounts: {people.Made} to make, {people.Changed} to change, {people.Standing} here already.", []);
    }

    /// <summary>Takes the steps, and tells the secrets that they made, whatever becomes of the rest.</summary>
    public async Task<int> TakeAsync(PreparedImport prepared, Func<Action<PreparedStep, Taken>, Action<int>, Task<ImportOutcome>> take)
    {
        var taken = new List<JsonObject>();
        ImportOutcome? outcome = null;
        try
        {
            outcome = await Progress.ShowAsync("people", bar => take((step, made) => taken.Add(AsCode.Row(step, made)), done => bar.At("making accounts", done, prepared.People.Steps.Count)));
        }
        finally
        {
            if (outcome is not null || taken.Count > 0)
                Show(taken, outcome);
        }

        return outcome.Fault is { } fault ? work.Output.Refuse($"{fault} ({taken.Count} of {prepared.Steps.Count} steps were taken; run it again for the rest)") : Output.Done;
    }

    private void Show(List<JsonObject> taken, ImportOutcome? outcome)
    {
        var people = outcome?.People ?? PeopleCount.None;
        if (AsCode.IsJson(work))
        {
            work.Output.Show(Document(taken, people, outcome?.Left ?? [], isApplied: outcome is { Fault: null }));
            return;
        }

        var secrets = taken.Where(step => step.ContainsKey("client_secret")).ToList();
        if (secrets.Count > 0)
            work.Output.List(secrets, "name", "client_secret");
        if (outcome?.Left.Where(left => left.Kind == LeftBehind.OfPerson).ToList() is { Count: > 0 } left)
            Left(left);
        work.Output.Say($"{taken.Count} {(taken.Count == 1 ? "step" : "steps")} taken; accounts: {people.Made} made, {people.Changed} changed, {people.Standing} here already.", []);
    }

    private static PeopleCount Planned(PreparedPeople people) => new(people.Steps.Count(step => step.IsNew), people.Steps.Count(step => !step.IsNew), people.Standing);

    private void Left(IReadOnlyList<LeftBehind> left)
    {
        if (left.Count > 0)
            work.Output.List([.. Alike(left).Select(TableRow)], "left behind", "what", "why", "of");
    }

    private static JsonObject Document(IEnumerable<JsonObject> steps, PeopleCount people, IReadOnlyList<LeftBehind> left, bool isApplied) => new()
    {
        ["applied"] = isApplied,
        ["steps"] = new JsonArray([.. steps]),
        ["people"] = new JsonObject { ["created"] = people.Made, ["changed"] = people.Changed, ["unchanged"] = people.Standing },
        ["left"] = new JsonArray([.. Alike(left).Select(Row)]),
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
