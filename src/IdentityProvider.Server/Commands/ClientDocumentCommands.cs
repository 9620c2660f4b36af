using System.CommandLine;
using System.Text;
using IdentityProvider.Server.Admin.AsCode;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp clients export</c> and <c>import</c>: clients, and what they stand on, as one document.</summary>
internal static class ClientDocumentCommands
{
    public static Command Export()
    {
        var ids = new Argument<string[]>("client_id") { Description = "The clients; the resources that they name come along.", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "All clients, resources, roles and groups." };
        var command = new Command(
            "export",
            "Write clients as a document that `import` and `idp apply` take (docs/as-code.md): the same bytes for the same things, for a repository to keep. No secret is in it, and no client that registered itself.") { ids, all };
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) == (result.GetValue(ids) is { Length: > 0 }))
                result.AddError("Name clients, or say --all.");
        });
        return command.Does(async work =>
        {
            var operations = work.Get<ConfigurationOperations>();
            return work.Tell(
                work.Parsed.GetValue(all) ? await operations.ExportAsync(work.Cancellation) : await operations.ExportAsync(work.Parsed.GetValue(ids)!, work.Cancellation),
                document => work.Output.Print(Encoding.UTF8.GetString(document)));
        });
    }

    public static Command Import()
    {
        var file = ApplyCommand.File();
        return new Command(
            "import",
            "Make what a document has and isn't here, and change what differs; nothing is deleted, and nothing asked (`idp apply` does both). One mistake, named by its place, and nothing is changed. Secrets of new clients are shown once, here.") { file }.Does(async work =>
        {
            if (await AsCode.PrepareAsync(work, work.Parsed.GetRequiredValue(file), prunes: false) is not { } steps)
                return Output.Refused;
            if (!AsCode.IsJson(work) || steps.Count == 0)
                AsCode.ShowPlan(work, steps);
            return steps.Count == 0 ? Output.Done : await AsCode.ApplyAsync(work, steps);
        });
    }
}
