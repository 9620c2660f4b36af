using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.AsCode;
using IdentityProvider.Server.Admin.AsCode;

namespace IdentityProvider.Server.Admin.Api;

/// <summary><c>/configuration</c>: what is registered as one document, and a document as what is registered (docs/as-code.md).</summary>
internal static class ConfigurationApi
{
    /// <summary>Of a document, in bytes: as long as any body here may be.</summary>
    private const int LongestDocument = 16 * 1024 * 1024;

    private static readonly (string, string)[] Prune = [("prune", "true deletes what the document's sections don't name.")];

    public static IEnumerable<AdminRoute> Routes =>
    [
        AdminRoute.Get("/configuration", "exportConfiguration", AdminArea.Configuration, "All that an operator registered as one document.", ExportAsync, typeof(ConfigurationBody)) with
        {
            Query = [("client_ids", "Only these clients and the APIs that they name: identifiers separated by spaces.")],
        },
        AdminRoute.Look("/configuration/plan", "planConfiguration", AdminArea.Configuration, "The steps from what is registered to what the document says. Nothing is changed.", PlanAsync, typeof(ConfigurationBody), typeof(PlanDocument)) with
        {
            Query = Prune, LongestBody = LongestDocument,
        },
        AdminRoute.Make("/configuration/apply", "applyConfiguration", AdminArea.Configuration, "Takes the steps of the plan that If-Match names. Secrets of new clients are told here and never again.", ApplyAsync, typeof(ConfigurationBody), typeof(PlanDocument)) with
        {
            Query = Prune, LongestBody = LongestDocument, NeedsMatch = true, Status = StatusCodes.Status200OK,
        },
    ];

    private static async Task<AdminAnswer> ExportAsync(AdminRequest request)
    {
        var operations = request.Get<ConfigurationOperations>();
        var exported = request["client_ids"] is { } named
            ? await operations.ExportAsync(request.Actor, named.Split(' ', StringSplitOptions.RemoveEmptyEntries), request.Cancellation)
            : await operations.ExportAsync(request.Actor, request.Cancellation);
        return exported.Try(out var document, out var fault) ? AdminAnswer.Of(JsonNode.Parse(document)!) : fault;
    }

    private static async Task<AdminAnswer> PlanAsync(AdminRequest request)
    {
        if (!(await PrepareAsync(request)).Try(out var steps, out var fault))
            return fault;
        var plan = StepDocuments.Of(steps);
        var tag = EntityTag.Of(plan);
        plan["warnings"] = new JsonArray([.. StepDocuments.WarningsOf(steps).Select(warning => JsonValue.Create(warning))]);
        return AdminAnswer.Of(plan, tag);
    }

    private static async Task<AdminAnswer> ApplyAsync(AdminRequest request)
    {
        if (!(await PrepareAsync(request)).Try(out var steps, out var fault))
            return fault;
        if (request.RefuseVersion(StepDocuments.VersionOf(steps), "plan") is { } another)
            return another;
        var taken = new List<JsonObject>();

        // Once begun, no going away of who asked leaves half of it undone and its secrets untold.
        fault = await ConfigurationOperations.ApplyAsync(request.Actor, steps, (step, made) => taken.Add(StepDocuments.Of(step, made)), CancellationToken.None);
        if (fault is not null && taken.Count == 0)
            return fault;
        var done = StepDocuments.Of(taken, isApplied: fault is null);
        if (fault is not null)
            done["problem"] = $"{fault} ({taken.Count} of {steps.Count} steps were taken; run it again for the rest)";
        return AdminAnswer.Of(done);
    }

    private static async Task<Operated<List<PreparedStep>>> PrepareAsync(AdminRequest request)
    {
        if (request["prune"] is not (null or "true" or "false"))
            return Fault.Refused("prune", "must be true or false");
        return ConfigurationDocument.Read(request.Body.Span) switch
        {
            Validated<WrittenConfiguration>.Valid { Value: var written } => await request.Get<ConfigurationOperations>().PrepareAsync(request.Actor, written, request["prune"] == "true", request.Cancellation),
            var invalid => Fault.Refused(((Validated<WrittenConfiguration>.Invalid)invalid).Error),
        };
    }
}
