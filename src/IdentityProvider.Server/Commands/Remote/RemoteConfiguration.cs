using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.AsCode;

namespace IdentityProvider.Server.Commands.Remote;

/// <summary>Documents of docs/as-code.md at a server: a plan first, and then the steps of that very plan.</summary>
internal static class RemoteConfiguration
{
    /// <summary>The document in a file.</summary>
    /// <exception cref="RemoteException">It is none.</exception>
    public static async Task<JsonObject> ReadAsync(RemoteWork work, string path)
    {
        var bytes = await Input.ReadAsync(path, work.Cancellation, AsCode.LongestDocument);

        // Mistakes are told here, where the file is, by the server's own rules.
        if (ConfigurationDocument.Read(bytes) is Validated<WrittenConfiguration>.Invalid { Error: var error })
            throw new RemoteException(error.ToString());
        return JsonNode.Parse(Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF'))!.AsObject();
    }

    /// <summary>The plan as commands show it, and its version.</summary>
    public static async Task<(JsonObject Plan, string? Version)> PlanAsync(RemoteWork work, JsonObject document, bool prunes)
    {
        var (plan, version) = await work.Api.SendAsync(HttpMethod.Post, $"/configuration/plan{Query(prunes)}", document, null, work.Cancellation);
        foreach (var warning in plan["warnings"]?.AsArray() ?? [])
            work.Output.Warn((string)warning!);
        plan.Remove("warnings");
        return (plan, version);
    }

    /// <summary>Takes the steps of a plan; those of another, the server refuses.</summary>
    public static async Task<int> ApplyAsync(RemoteWork work, JsonObject document, bool prunes, string? version)
    {
        var (done, _) = await work.Api.SendAsync(HttpMethod.Post, $"/configuration/apply{Query(prunes)}", document, version, work.Cancellation);
        return Show(work, done, () => AsCode.ShowTaken(work.Output, done));
    }

    /// <summary>Shows what was done, and why it was not all.</summary>
    public static int Show(RemoteWork work, JsonObject done, Action show)
    {
        var problem = (string?)done["problem"];
        done.Remove("problem");
        show();
        return problem is null ? Output.Done : work.Output.Refuse(problem);
    }

    private static string Query(bool prunes) => prunes ? "?prune=true" : "";
}
