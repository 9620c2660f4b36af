using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Import;
using IdentityProvider.Server.Admin.Import;
using static System.Net.Http.HttpMethod;

namespace IdentityProvider.Server.Commands.Remote;

/// <summary>Imports at a server: what was read here goes there in parts, configuration first and then people, each planned before any is made.</summary>
internal static class RemoteImport
{
    private const int PeopleAtOnce = 200;

    public static async Task<int> RunAsync(RemoteWork work, ImportOptions options, Imported imported)
    {
        imported = options.Of(work.Parsed, imported);
        var keep = options.KeepsSecrets(work.Parsed);
        List<JsonObject> parts =
        [
            ImportDocuments.Write(imported.Configuration, [], imported.Secrets, keep),
            .. imported.People.Chunk(PeopleAtOnce).Select(people => ImportDocuments.Write(null, people, imported.Secrets, keepSecrets: null)),
        ];
        var (plan, versions) = (new ImportShown([], PeopleCount.None, imported.Left), new List<string?>());
        foreach (var part in parts)
        {
            var (answer, version) = await work.Api.SendAsync(Post, "/imports/plan", part, null, work.Cancellation);
            foreach (var warning in answer["warnings"]?.AsArray() ?? [])
                work.Output.Warn((string)warning!);
            versions.Add(version);
            plan = plan.And(Shown(answer));
        }

        var output = new ImportOutput(work.Output);
        return await output.RunAsync(plan, options.IsDryRun(work.Parsed), options.IsYes(work.Parsed), () => TakeAsync(work, output, imported.Left, parts, versions));
    }

    // What was told of one part is shown whatever becomes of the next.
    private static async Task<int> TakeAsync(RemoteWork work, ImportOutput output, IReadOnlyList<LeftBehind> left, List<JsonObject> parts, List<string?> versions)
    {
        var (done, problem, isApplied) = (new ImportShown([], PeopleCount.None, left), (string?)null, false);
        try
        {
            foreach (var (part, version) in parts.Zip(versions))
            {
                var (answer, _) = await work.Api.SendAsync(Post, "/imports/apply", part, version, work.Cancellation);
                done = done.And(Shown(answer));
                problem = (string?)answer["problem"];
                if (problem is not null)
                    break;
            }

            isApplied = problem is null;
        }
        finally
        {
            output.Done(done, isApplied);
        }

        return problem is null ? Output.Done : work.Output.Refuse(problem);
    }

    private static ImportShown Shown(JsonObject answer) => new(
        [.. AsCode.StepsOf(answer).Select(step => step.DeepClone().AsObject())],
        new((int)answer["people"]!["created"]!, (int)answer["people"]!["changed"]!, (int)answer["people"]!["unchanged"]!),
        [.. answer["left"]!.AsArray().Select(left => left.Deserialize(ImportJson.Default.LeftBehind)!)]);
}
