using System.CommandLine;
using System.Text.Json;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Audit;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp audit verify</c>.</summary>
internal static class AuditVerifyCommand
{
    public static Command Build()
    {
        var known = new Option<string?>("--known")
        {
            Description = "A row that was seen before, NUMBER:HASH as this command or an export told it: it must be there, or be older than is kept. It finds out who put back an older copy of the whole database.",
            HelpName = "number:hash",
        };
        known.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && AuditProofs.Read(text) is null)
                result.AddError($"--known must be a number, a colon and a hash in hexadecimal, not '{text}'.");
        });
        return new Command("verify", "Prove that no line of the audit was changed or removed, from the oldest to the newest.") { known }.Does(async work =>
        {
            var seen = work.Parsed.GetValue(known) is { } text ? AuditProofs.Read(text) : null;
            var result = await work.Output.ProgressAsync("Verifying", progress => work.Get<AuditProof>().VerifyAsync(seen, progress, work.Cancellation));
            return Tell(work.Output, AuditProofs.Document(result));
        },
            async work =>
            {
                var (proof, _) = await work.Api.SendAsync(HttpMethod.Post, "/audit/verify", new() { ["known"] = work.Text("--known") }, null, work.Cancellation);
                return AuditVerifyCommand.Tell(work.Output, proof.Deserialize(AdminJson.Default.AuditProofDocument)!);
            });
    }

    /// <summary>Says what came of it.</summary>
    public static int Tell(Output output, AuditProofDocument proof)
    {
        if (proof.Fault is { } fault)
            return output.Refuse(fault);
        if (proof.Waiting > 0)
            output.Remark($"{proof.Waiting} more wait for their place in the chain: a running server gives it to them within a second.");
        return output.Say(
            proof.Rows == 0 ? "There is no row yet." : $"All {proof.Rows} rows are as they were written. The last is {proof.Last}",
            JsonSerializer.SerializeToNode(proof, AdminJson.Default.AuditProofDocument)!.AsObject());
    }
}
