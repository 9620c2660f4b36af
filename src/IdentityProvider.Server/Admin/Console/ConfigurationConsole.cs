using System.Net.Mime;
using System.Text;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.AsCode;
using IdentityProvider.Server.Admin.AsCode;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/configuration</c>: what is registered here as one document, and a document as what is registered here, after a look at what that changes.</summary>
internal static class ConfigurationConsole
{
    /// <summary>Of a document with its form, in bytes: as long as any body here may be.</summary>
    private const int LongestDocument = 16 * 1024 * 1024;

    /// <summary>All roles may see all that an export holds; to apply a document is to write roles too, which is an admin's.</summary>
    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page("/configuration", AdminArea.Configuration, request => ShowAsync(request, fault: null)),
        ConsoleRoute.Page("/configuration/export", AdminArea.Configuration, ExportAsync),
        ConsoleRoute.Form("/configuration/plan", AdminArea.Configuration, PlanAsync) with { LongestUpload = LongestDocument },
        ConsoleRoute.Form("/configuration/apply", AdminArea.Configuration, ApplyAsync) with { LongestUpload = LongestDocument },
    ];

    private static Task ShowAsync(ConsoleRequest request, Fault? fault) => request.ShowAsync<ConfigurationPage>(new object(), fault);

    private static Task ExportAsync(ConsoleRequest request) => request.WithAsync(
        request.Get<ConfigurationOperations>().ExportAsync(request.Actor, request.Cancellation),
        async document => await request.Download("idp.json", MediaTypeNames.Application.Json).WriteAsync(document, request.Cancellation));

    private static async Task PlanAsync(ConsoleRequest request)
    {
        if (!(await PrepareAsync(request)).Try(out var steps, out var fault))
            await ShowAsync(request, fault);
        else if (steps.Count == 0)
            await request.DoneAsync("/configuration", "Nothing to do: everything is as the document has it.");
        else
            await ShowPlanAsync(request, steps, fault: null);
    }

    private static async Task ApplyAsync(ConsoleRequest request)
    {
        if (!(await PrepareAsync(request)).Try(out var steps, out var fault))
        {
            await ShowAsync(request, fault);
            return;
        }

        // What is done is what was shown.
        if (request["plan"] != StepDocuments.VersionOf(steps))
        {
            await ShowPlanAsync(request, steps, Fault.Changed("document"));
            return;
        }

        List<AppliedPage.AppliedStep> done = [];

        // Once begun, no going away of who asked leaves half of it undone and its secrets untold.
        fault = await ConfigurationOperations.ApplyAsync(request.Actor, steps, (step, made) => done.Add(new(Planned(step), made.Secret)), CancellationToken.None);
        await request.ShowAsync<AppliedPage>(new AppliedPage.AppliedModel(done, steps.Count), fault);
    }

    private static async Task<Operated<List<PreparedStep>>> PrepareAsync(ConsoleRequest request)
    {
        var read = ConfigurationDocument.Read(Encoding.UTF8.GetBytes(DocumentOf(request)));
        return read is Validated<WrittenConfiguration>.Valid { Value: var written }
            ? await request.Get<ConfigurationOperations>().PrepareAsync(request.Actor, written, request["prune"] == "true", request.Cancellation)
            : Fault.Refused(((Validated<WrittenConfiguration>.Invalid)read).Error);
    }

    // The file, where one was chosen.
    private static string DocumentOf(ConsoleRequest request) => (request["file"] ?? request["document"] ?? "").TrimStart('\uFEFF');

    private static Task ShowPlanAsync(ConsoleRequest request, List<PreparedStep> steps, Fault? fault) => request.ShowAsync<PlanPage>(
        new PlanPage.PlanModel(
            [.. steps.Select(Planned)],
            [.. StepDocuments.WarningsOf(steps)],
            ConsoleJson.Compact(DocumentOf(request)),
            request["prune"] == "true",
            StepDocuments.VersionOf(steps)),
        fault);

    private static PlanPage.PlannedStep Planned(PreparedStep prepared) => new(
        prepared.Step.Action,
        Declared.WordOf(prepared.Step.Kind),
        prepared.Step.Name,
        prepared.Step.Action == ApplyAction.Change ? [.. prepared.Step.Changes.Select(change => StepDocuments.WordsOf(change))] : []);
}
