using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Diagnosis;
using IdentityProvider.Server.Diagnosis;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp doctor</c>.</summary>
internal static class DoctorCommand
{
    public static Command Build()
    {
        var command = new Command("doctor", "Look the installation over: settings, database, clock, keys, outbox, clients, and the issuer as partners reach it. Changes nothing; exit 1 where something is wrong.");
        command.SetAction((parsed, cancellation) => Root.RunAsync(parsed, ExamineAsync, migrates: false, cancellation));
        return command;
    }

    private static async Task<int> ExamineAsync(Work work)
    {
        var findings = await work.Get<Doctor>().ExamineAsync(work.Cancellation);
        var shown = work.Output.List([.. findings.Select(Document)], "check", "is", "found", "do");
        var problems = findings.Count(finding => finding.Severity == Severity.Problem);
        return problems == 0 ? shown : work.Output.Refuse(problems == 1 ? "1 problem" : $"{problems} problems");
    }

    private static JsonObject Document(Finding finding) => new()
    {
        ["check"] = finding.Check,
        ["is"] = finding.Severity.ToString().ToLowerInvariant(),
        ["found"] = finding.What,
        ["do"] = finding.Remedy,
    };
}
