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
    public const int LongestDocument = 32 * 1024 * 1024;

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

        foreach (var warning in StepDocuments.WarningsOf(steps))
            work.Output.Warn(warning);
        return steps;
    }

    /// <summary>The plan: for people a table, or a sentence where there is nothing to do.</summary>
    public static int ShowPlan(Output output, JsonObject plan)
    {
        if (output.IsJson)
            return output.Show(plan);
        var steps = StepsOf(plan);
        return steps.Count == 0
            ? output.Say("Nothing to do: everything is as the file has it.", [])
            : output.List([.. steps.Select(TableRow)], "action", "kind", "name", "changes");
    }

    /// <summary>Takes the steps, and tells the secrets that they made, whatever becomes of the rest.</summary>
    public static async Task<int> ApplyAsync(Work work, IReadOnlyList<PreparedStep> steps)
    {
        var taken = new List<JsonObject>();
        Fault? fault = null;
        var ended = false;
        try
        {
            fault = await ConfigurationOperations.ApplyAsync(work.Actor, steps, (step, made) => taken.Add(StepDocuments.Of(step, made)), work.Cancellation);
            ended = true;
        }
        finally
        {
            if (ended || taken.Count > 0)
                ShowTaken(work.Output, StepDocuments.Of(taken, isApplied: ended && fault is null));
        }

        return fault is null ? Output.Done : work.Output.Refuse($"{fault} ({taken.Count} of {steps.Count} steps were taken; run it again for the rest)");
    }

    /// <summary>What becomes of a plan: it is shown, asked about and taken.</summary>
    /// <param name="output">Where it is shown.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="isDryRun">Whether it is to be shown alone.</param>
    /// <param name="isYes">Whether nobody is to be asked.</param>
    /// <param name="apply">Takes its steps.</param>
    public static async Task<int> RunAsync(Output output, JsonObject plan, bool isDryRun, bool isYes, Func<Task<int>> apply)
    {
        if (StepsOf(plan).Count == 0 || isDryRun)
            return ShowPlan(output, plan);

        // With --json what is done is the one document, and there is nobody to ask.
        if (!output.IsJson)
            ShowPlan(output, plan);
        if (!isYes && (output.IsJson || !Asks(output)))
            return output.Refuse("Nothing was changed: say --yes to take these steps, or --dry-run to see them only.");
        return await apply();
    }

    /// <summary>What was taken: with JSON the document, for people the secrets and how many.</summary>
    public static void ShowTaken(Output output, JsonObject done)
    {
        if (output.IsJson)
        {
            output.Show(done);
            return;
        }

        var steps = StepsOf(done);
        ShowSecrets(output, steps);
        output.Say($"{steps.Count} {(steps.Count == 1 ? "step" : "steps")} taken.", []);
    }

    /// <summary>The secrets that steps made.</summary>
    public static void ShowSecrets(Output output, IEnumerable<JsonObject> steps)
    {
        var secrets = steps.Where(step => step.ContainsKey("client_secret")).ToList();
        if (secrets.Count > 0)
            output.List(secrets, "name", "client_secret");
    }

    /// <summary>Whether a person says yes; false where there is no terminal.</summary>
    public static bool Asks(Output output)
    {
        if (Console.IsInputRedirected)
            return false;
        output.Remark("Take these steps? (yes or no)");
        return Console.In.ReadLine()?.Trim().ToLowerInvariant() is "yes" or "y";
    }

    public static IReadOnlyList<JsonObject> StepsOf(JsonObject plan) => [.. plan["steps"]!.AsArray().Select(step => step!.AsObject())];

    /// <summary>A step for people. Of what is made or goes, all would differ; the file and `show` say it better.</summary>
    public static JsonObject TableRow(JsonObject step) => new()
    {
        ["action"] = (string?)step["action"],
        ["kind"] = (string?)step["kind"],
        ["name"] = (string?)step["name"],
        ["changes"] = (string?)step["action"] != "change"
            ? ""
            : string.Join('\n', step["changes"]!.AsArray().Select(change => StepDocuments.WordsOf((string)change!["member"]!, change["before"], change["after"]))),
    };
}
