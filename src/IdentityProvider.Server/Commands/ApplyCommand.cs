using System.CommandLine;
using IdentityProvider.Server.Admin.AsCode;
using IdentityProvider.Server.Commands.Remote;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp apply</c>: what is registered here becomes what a file says, after a look at what that changes.</summary>
internal static class ApplyCommand
{
    private const string About = "Make what is registered here what a file says (docs/as-code.md): shows a plan, asks, and takes its steps. One mistake, named by its place, and nothing is changed; "
        + "what is as the file has it is left alone, so a second run has nothing to do. Secrets of new clients are shown once, here.";

    public static Command Build()
    {
        var file = File();
        var dryRun = new Option<bool>("--dry-run") { Description = "Show the plan, and change nothing." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Don't ask; needed where there is no terminal, and beside --json." };
        var prune = new Option<bool>("--prune") { Description = "Delete what the file's sections don't name; a section that isn't there says nothing. Clients that registered themselves stay." };
        return new Command("apply", About) { file, dryRun, yes, prune }.Does(
            async work =>
            {
                if (await AsCode.PrepareAsync(work, work.Parsed.GetRequiredValue(file), work.Parsed.GetValue(prune)) is not { } steps)
                    return Output.Refused;
                return await AsCode.RunAsync(work.Output, StepDocuments.Of(steps), work.Parsed.GetValue(dryRun), work.Parsed.GetValue(yes), () => AsCode.ApplyAsync(work, steps));
            },
            async work =>
            {
                var document = await RemoteConfiguration.ReadAsync(work, work.Parsed.GetRequiredValue(file));
                var (plan, version) = await RemoteConfiguration.PlanAsync(work, document, work.Parsed.GetValue(prune));
                return await AsCode.RunAsync(
                    work.Output, plan, work.Parsed.GetValue(dryRun), work.Parsed.GetValue(yes), () => RemoteConfiguration.ApplyAsync(work, document, work.Parsed.GetValue(prune), version));
            });
    }

    /// <summary>The file that is applied or imported.</summary>
    public static Option<string> File() => new("--file", "-f") { Description = "The document; - reads standard input.", HelpName = "file", Required = true };
}
