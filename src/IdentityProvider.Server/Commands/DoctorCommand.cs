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
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var installation = await Installation.OpenAsync(cancellation, migrates: false);
            var output = Root.OutputOf(parsed);
            var findings = await installation.Get<Doctor>().ExamineAsync(cancellation);
            var shown = output.List([.. findings.Select(Document)], "check", "is", "found", "do");
            var problems = findings.Count(finding => finding.Severity == Severity.Problem);
            return problems == 0 ? shown : output.Refuse(problems == 1 ? "1 problem" : $"{problems} problems");
        });
        return command;
    }

    private static JsonObject Document(Finding finding) => new()
    {
        ["check"] = finding.Check,
        ["is"] = finding.Severity.ToString().ToLowerInvariant(),
        ["found"] = finding.What,
        ["do"] = finding.Remedy,
    };
}
