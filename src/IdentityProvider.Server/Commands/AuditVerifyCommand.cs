using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Audit;
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
            if (result.GetValueOrDefault<string?>() is { } text && Read(text) is null)
                result.AddError($"--known must be a number, a colon and a hash in hexadecimal, not '{text}'.");
        });
        return new Command("verify", "Prove that no line of the audit was changed or removed, from the oldest to the newest.") { known }.Does(async work =>
        {
            var seen = work.Parsed.GetValue(known) is { } text ? Read(text) : null;
            var result = await work.Output.ProgressAsync("Verifying", progress => work.Get<AuditProof>().VerifyAsync(seen, progress, work.Cancellation));
            if (result.Fault is { } fault)
                return work.Output.Refuse($"row {fault.Sequence}: {WordsOf(fault.Kind)}");
            if (result.Waiting > 0)
                work.Output.Remark($"{result.Waiting} more wait for their place in the chain: a running server gives it to them within a second.");
            var last = $"{result.Head.Sequence}:{Convert.ToHexStringLower(result.Head.Hash)}";
            return work.Output.Say(
                result.Rows == 0 ? "There is no row yet." : $"All {result.Rows} rows are as they were written. The last is {last}",
                new JsonObject { ["rows"] = result.Rows, ["waiting"] = result.Waiting, ["last"] = last, ["removed_by_retention"] = result.Head.AnchorSequence });
        });
    }

    private static (long Sequence, byte[] Hash)? Read(string text)
    {
        var parts = text.Split(':');
        return parts.Length == 2 && long.TryParse(parts[0], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
            && parts[1].Length == 2 * AuditChain.HashLength && parts[1].All(char.IsAsciiHexDigit)
            ? (number, Convert.FromHexString(parts[1]))
            : null;
    }

    private static string WordsOf(AuditFaultKind kind) => kind switch
    {
        AuditFaultKind.SealBroken => "the end of the chain is not sealed under this server's master key",
        AuditFaultKind.RowMissing => "is missing",
        AuditFaultKind.RowChanged => "was changed, or the one before it was",
        AuditFaultKind.RowForeign => "stands where none may",
        AuditFaultKind.EndChanged => "is not the one that was sealed as the last",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
