using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Import;
using IdentityProvider.Server.Admin.AsCode;
using IdentityProvider.Server.Admin.Import;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>
/// <c>/imports</c>: what another identity provider has, read at the machine of who imports it, in parts: configuration first, then people by the
/// hundred. It brings people with the passwords that they have, and so is a matter for who may change everything.
/// </summary>
internal static class ImportApi
{
    /// <summary>Of a part, in bytes: as long as any body here may be.</summary>
    private const int LongestPart = 16 * 1024 * 1024;

    public static IEnumerable<AdminRoute> Routes =>
    [
        AdminRoute.Look("/imports/plan", "planImport", AdminArea.Configuration, "What an import would make and change here. Nothing is changed.", PlanAsync, typeof(ImportBody), typeof(ImportDocument)) with { NeedsFull = true, LongestBody = LongestPart },
        AdminRoute.Make("/imports/apply", "applyImport", AdminArea.Configuration, "Takes the steps of the plan that If-Match names. Secrets of new clients are told here and never again.", ApplyAsync, typeof(ImportBody), typeof(ImportDocument)) with
        {
            NeedsFull = true, LongestBody = LongestPart, NeedsMatch = true, Status = StatusCodes.Status200OK,
        },
    ];

    private static async Task<AdminAnswer> PlanAsync(AdminRequest request)
    {
        if (!(await PrepareAsync(request)).Try(out var part, out var fault))
            return fault;
        var (prepared, _) = part;
        var plan = StepDocuments.Of(prepared.Steps);
        var tag = EntityTag.Of(plan);
        plan["warnings"] = new JsonArray([.. ImportShown.WarningsOf(prepared).Select(warning => JsonValue.Create(warning))]);
        return AdminAnswer.Of(With(plan, ImportShown.Planned(prepared)), tag);
    }

    private static async Task<AdminAnswer> ApplyAsync(AdminRequest request)
    {
        if (!(await PrepareAsync(request)).Try(out var part, out var fault))
            return fault;
        var (prepared, keepSecrets) = part;
        if (request.RefuseVersion(StepDocuments.VersionOf(prepared.Steps), "plan") is { } another)
            return another;
        var taken = new List<JsonObject>();
        DateTimeOffset? end = keepSecrets is { } length ? request.Get<TimeProvider>().GetUtcNow() + length : null;

        // Once begun, no going away of who asked leaves half of it undone and its secrets untold.
        var outcome = await request.Get<ImportOperations>().ApplyAsync(request.Actor, prepared, end, (step, made) => taken.Add(StepDocuments.Of(step, made)), _ => { }, CancellationToken.None);
        if (outcome.Fault is { } failed && taken.Count == 0)
            return failed;
        var done = StepDocuments.Of(taken, isApplied: outcome.Fault is null);
        if (outcome.Fault is not null)
            done["problem"] = $"{outcome.Fault} ({taken.Count} of {prepared.Steps.Count} steps were taken; run it again for the rest)";
        return AdminAnswer.Of(With(done, new ImportShown([], outcome.People, outcome.Left)));
    }

    private static async Task<Operated<PreparedPart>> PrepareAsync(AdminRequest request)
    {
        if (!request.Actor.Authority.IsFull)
            return Fault.Forbidden("people", "come with the passwords that they have: a matter for those who may change everything");
        var read = ImportDocuments.Read(request.Body.Span);
        if (read is not Validated<PartOfImport>.Valid { Value: var part })
            return Fault.Refused(((Validated<PartOfImport>.Invalid)read).Error);
        return (await request.Get<ImportOperations>().PrepareAsync(request.Actor, part.Imported, _ => { }, request.Cancellation)).Try(out var prepared, out var fault)
            ? new PreparedPart(prepared, part.KeepSecrets)
            : fault;
    }

    private static JsonObject With(JsonObject steps, ImportShown shown)
    {
        steps["people"] = new JsonObject { ["created"] = shown.People.Made, ["changed"] = shown.People.Changed, ["unchanged"] = shown.People.Standing };
        steps["left"] = new JsonArray([.. shown.Left.Select(left => JsonSerializer.SerializeToNode(left, ImportJson.Default.LeftBehind))]);
        return steps;
    }

    private sealed record PreparedPart(PreparedImport Prepared, TimeSpan? KeepSecrets);
}

/// <summary>A part of what another identity provider has.</summary>
internal sealed record ImportBody
{
    public ConfigurationBody? Configuration { get; init; }

    public IReadOnlyList<PersonBody>? People { get; init; }

    /// <summary>The clients' secrets of which a hash can be kept, by client.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<SecretHashBody>>? Secrets { get; init; }

    /// <summary>Seconds for which clients may go on by them, beside the new one.</summary>
    public int? KeepSecrets { get; init; }
}

/// <summary>What an import would do, or did.</summary>
internal sealed record ImportDocument
{
    public required bool Applied { get; init; }

    public required IReadOnlyList<StepDocument> Steps { get; init; }

    /// <summary>How many accounts.</summary>
    public required PeopleCountDocument People { get; init; }

    /// <summary>What can't come along, or not as it was.</summary>
    public required IReadOnlyList<LeftBehind> Left { get; init; }

    public IReadOnlyList<string>? Warnings { get; init; }

    public string? Problem { get; init; }
}

/// <summary>How many accounts were made, changed, and here already.</summary>
internal sealed record PeopleCountDocument(int Created, int Changed, int Unchanged);
