using System.Net.Mime;
using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.AsCode;
using IdentityProvider.Server.Admin.AsCode;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Pages;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/configuration</c>: what is registered here as one document, and a document as what is registered here, after a look at what that changes.</summary>
internal static class ConfigurationConsole
{
    private const int LongestShown = 120;

    /// <summary>All roles may see all that an export holds; to apply a document is to write roles too, which is an admin's.</summary>
    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page("/configuration", AdminArea.Configuration, request => ShowAsync(request, fault: null)),
        ConsoleRoute.Page("/configuration/export", AdminArea.Configuration, ExportAsync),
        ConsoleRoute.Form("/configuration/plan", AdminArea.Configuration, PlanAsync),
        ConsoleRoute.Form("/configuration/apply", AdminArea.Configuration, ApplyAsync),
    ];

    private static Task ShowAsync(ConsoleRequest request, Fault? fault) => request.ShowAsync<ConfigurationPage>(new object(), fault);

    private static Task ExportAsync(ConsoleRequest request) => request.WithAsync(request.Get<ConfigurationOperations>().ExportAsync(request.Actor, request.Cancellation), async document =>
    {
        var answer = request.Http.Response;
        OAuthResults.NoStore(answer);
        answer.ContentType = MediaTypeNames.Application.Json;
        answer.Headers.ContentDisposition = "attachment; filename=\"idp.json\"";
        answer.Headers.ContentSecurityPolicy = PagePolicy.Plain.ToString();
        await answer.Body.WriteAsync(document, request.Cancellation);
    });

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
        if (request["plan"] != VersionOf(steps))
        {
            await ShowPlanAsync(request, steps, Fault.Changed("document"));
            return;
        }

        List<AppliedPage.AppliedStep> done = [];
        fault = await ConfigurationOperations.ApplyAsync(request.Actor, steps, (step, made) => done.Add(new(Planned(step), made.Secret)), request.Cancellation);
        await request.ShowAsync<AppliedPage>(new AppliedPage.AppliedModel(done, steps.Count), fault);
    }

    private static async Task<Operated<List<PreparedStep>>> PrepareAsync(ConsoleRequest request)
    {
        var read = ConfigurationDocument.Read(Encoding.UTF8.GetBytes(request["document"] ?? ""));
        return read is Validated<WrittenConfiguration>.Valid { Value: var written }
            ? await request.Get<ConfigurationOperations>().PrepareAsync(request.Actor, written, request["prune"] == "true", request.Cancellation)
            : Fault.Refused(((Validated<WrittenConfiguration>.Invalid)read).Error);
    }

    private static Task ShowPlanAsync(ConsoleRequest request, List<PreparedStep> steps, Fault? fault) => request.ShowAsync<PlanPage>(
        new PlanPage.PlanModel(
            [.. steps.Select(Planned)],
            [.. steps.Where(step => step.Step.Action != ApplyAction.Delete).SelectMany(step => step.Entry.Warnings)],
            request["document"] ?? "",
            request["prune"] == "true",
            VersionOf(steps)),
        fault);

    private static PlanPage.PlannedStep Planned(PreparedStep prepared) => new(
        prepared.Step.Action,
        Declared.WordOf(prepared.Step.Kind),
        prepared.Step.Name,
        prepared.Step.Action == ApplyAction.Change ? [.. prepared.Step.Changes.Select(change => $"{change.Member}: {Short(change.Before)} → {Short(change.After)}")] : []);

    private static string VersionOf(List<PreparedStep> steps) => EntityTag.Of(new JsonArray([.. steps.Select(prepared => new JsonObject
    {
        ["action"] = prepared.Step.Action.ToString(),
        ["kind"] = Declared.WordOf(prepared.Step.Kind),
        ["name"] = prepared.Step.Name,
        ["changes"] = new JsonArray([.. prepared.Step.Changes.Select(change => new JsonArray(change.Member, change.Before?.DeepClone(), change.After?.DeepClone()))]),
    })]));

    private static string Short(JsonNode? value)
    {
        var text = value?.ToJsonString() ?? "none";
        return text.Length <= LongestShown ? text : text[..LongestShown] + " …";
    }
}
