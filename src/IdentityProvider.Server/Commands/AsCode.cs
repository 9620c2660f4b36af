using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.AsCode;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Admin.AsCode;

namespace IdentityProvider.Server.Commands;

/// <summary>What <c>idp apply</c> and <c>idp clients import</c> share: a file read, its steps shown, taken, and what they made told.</summary>
internal static class AsCode
{
    /// <summary>A document of many clients, in bytes.</summary>
    private const int LongestDocument = 32 * 1024 * 1024;

    private const int LongestShown = 120;

    /// <summary>The steps that a file asks for; null where it was said why there are none to take.</summary>
    public static async Task<List<PreparedStep>?> PrepareAsync(Work work, string path, bool prunes)
    {
        var read = ConfigurationDocument.Read(await Input.ReadAsync(path, work.Cancellation, LongestDocument));
        if (read is not Validated<WrittenConfiguration>.Valid { Value: var written })
        {
            work.Output.Refuse(((Validated<WrittenConfiguration>.Invalid)read).Error.ToString());
            return null;
        }

        if (!(await work.Get<ConfigurationOperations>().PrepareAsync(work.Actor, written, prunes, work.Cancellation)).Try(out var steps, out var fault))
        {
            work.Output.Refuse(fault.ToString());
            return null;
        }

        foreach (var warning in steps.Where(step => step.Step.Action != ApplyAction.Delete).SelectMany(step => step.Entry.Warnings))
            work.Output.Warn(warning);
        return steps;
    }

    /// <summary>The plan: for people a table, or a sentence where there is nothing to do.</summary>
    public static int ShowPlan(Work work, IReadOnlyList<PreparedStep> steps)
    {
        if (IsJson(work))
            return work.Output.Show(Document(steps.Select(Row), isApplied: false));
        return steps.Count == 0
            ? work.Output.Say("Nothing to do: everything is as the file has it.", [])
            : work.Output.List([.. steps.Select(TableRow)], "action", "kind", "name", "changes");
    }

    /// <summary>Takes the steps, and tells the secrets that they made, whatever becomes of the rest.</summary>
    public static async Task<int> ApplyAsync(Work work, IReadOnlyList<PreparedStep> steps)
    {
        var taken = new List<JsonObject>();
        Fault? fault = null;
        var ended = false;
        try
        {
            fault = await ConfigurationOperations.ApplyAsync(work.Actor, steps, (step, made) => taken.Add(Row(step, made)), work.Cancellation);
            ended = true;
        }
        finally
        {
            if (ended || taken.Count > 0)
                ShowTaken(work, taken, isApplied: ended && fault is null);
        }

        return fault is null ? Output.Done : work.Output.Refuse($"{fault} ({taken.Count} of {steps.Count} steps were taken; run it again for the rest)");
    }

    public static bool IsJson(Work work) => Root.IsJson(work.Parsed);

    /// <summary>Whether a person says yes; false where there is no terminal.</summary>
    public static bool Asks(Work work)
    {
        if (Console.IsInputRedirected)
            return false;
        work.Output.Remark("Take these steps? (yes or no)");
        return Console.In.ReadLine()?.Trim().ToLowerInvariant() is "yes" or "y";
    }

    private static void ShowTaken(Work work, List<JsonObject> taken, bool isApplied)
    {
        if (IsJson(work))
        {
            work.Output.Show(Document(taken, isApplied));
            return;
        }

        var secrets = taken.Where(step => step.ContainsKey("client_secret")).ToList();
        if (secrets.Count > 0)
            work.Output.List(secrets, "name", "client_secret");
        work.Output.Say($"{taken.Count} {(taken.Count == 1 ? "step" : "steps")} taken.", []);
    }

    private static JsonObject Document(IEnumerable<JsonObject> steps, bool isApplied) => new() { ["applied"] = isApplied, ["steps"] = new JsonArray([.. steps]) };

    /// <summary>A step in JSON.</summary>
    public static JsonObject Row(PreparedStep prepared) => new()
    {
        ["action"] = ActionOf(prepared.Step),
        ["kind"] = Declared.WordOf(prepared.Step.Kind),
        ["name"] = prepared.Step.Name,
        ["changes"] = new JsonArray([.. prepared.Step.Changes.Select(change => new JsonObject
        {
            ["member"] = change.Member, ["before"] = change.Before?.DeepClone(), ["after"] = change.After?.DeepClone(),
        })]),
    };

    /// <summary>The same with what it made (RFC 7591 §3.2.1: a secret that doesn't expire says 0).</summary>
    public static JsonObject Row(PreparedStep prepared, Taken made)
    {
        var row = Row(prepared);
        if (made.Secret is { } secret)
            (row["client_secret"], row["client_secret_expires_at"]) = (secret, 0);
        return row;
    }

    /// <summary>A step for people. Of what is made or goes, all would differ; the file and `show` say it better.</summary>
    public static JsonObject TableRow(PreparedStep prepared) => new()
    {
        ["action"] = ActionOf(prepared.Step),
        ["kind"] = Declared.WordOf(prepared.Step.Kind),
        ["name"] = prepared.Step.Name,
        ["changes"] = prepared.Step.Action != ApplyAction.Change
            ? ""
            : string.Join('\n', prepared.Step.Changes.Select(change => $"{change.Member}: {Text(change.Before)} → {Text(change.After)}")),
    };

    private static string ActionOf(ApplyStep step) => step.Action.ToString().ToLowerInvariant();

    private static string Text(JsonNode? value)
    {
        var text = value is null ? "none" : Output.Compact(value);
        return text.Length <= LongestShown ? text : text[..LongestShown] + " …";
    }
}
