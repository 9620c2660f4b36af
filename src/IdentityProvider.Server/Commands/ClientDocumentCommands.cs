using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.AsCode;
using IdentityProvider.Server.Admin.AsCode;
using IdentityProvider.Server.Commands.Remote;

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
        return command.Does(
            async work =>
            {
                var operations = work.Get<ConfigurationOperations>();
                return work.Tell(
                    work.Parsed.GetValue(all) ? await operations.ExportAsync(work.Actor, work.Cancellation) : await operations.ExportAsync(work.Actor, work.Parsed.GetValue(ids)!, work.Cancellation),
                    document => work.Output.Print(Encoding.UTF8.GetString(document)));
            },
            async work =>
            {
                var named = work.Parsed.GetValue(all) ? "" : $"?client_ids={Uri.EscapeDataString(string.Join(' ', work.Parsed.GetValue(ids)!))}";
                return work.Output.Print(Encoding.UTF8.GetString(ConfigurationDocument.Write(await work.Api.GetAsync($"/configuration{named}", work.Cancellation))));
            });
    }

    public static Command Import()
    {
        var file = ApplyCommand.File();
        return new Command(
            "import",
            "Make what a document has and isn't here, and change what differs; nothing is deleted, and nothing asked (`idp apply` does both). One mistake, named by its place, and nothing is changed. Secrets of new clients are shown once, here.") { file }.Does(
            async work =>
            {
                if (await AsCode.PrepareAsync(work, work.Parsed.GetRequiredValue(file), prunes: false) is not { } steps)
                    return Output.Refused;
                return await ImportAsync(work.Output, StepDocuments.Of(steps), () => AsCode.ApplyAsync(work, steps));
            },
            async work =>
            {
                var document = await RemoteConfiguration.ReadAsync(work, work.Parsed.GetRequiredValue(file));
                var (plan, version) = await RemoteConfiguration.PlanAsync(work, document, prunes: false);
                return await ImportAsync(work.Output, plan, () => RemoteConfiguration.ApplyAsync(work, document, prunes: false, version));
            });
    }

    private static Task<int> ImportAsync(Output output, JsonObject plan, Func<Task<int>> apply) => AsCode.RunAsync(output, plan, isDryRun: false, isYes: true, apply);
}
