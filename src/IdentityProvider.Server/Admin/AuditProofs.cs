using System.Globalization;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Audit;

namespace IdentityProvider.Server.Admin;

/// <summary>What a proof of the audit says, the same at every face that is read by programs.</summary>
internal static class AuditProofs
{
    /// <summary>A row that was seen before, <c>NUMBER:HASH</c>; null where the text is none.</summary>
    public static (long Sequence, byte[] Hash)? Read(string text)
    {
        var parts = text.Split(':');
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && parts[1].Length == 2 * AuditChain.HashLength && parts[1].All(char.IsAsciiHexDigit)
            ? (number, Convert.FromHexString(parts[1]))
            : null;
    }

    public static AuditProofDocument Document(AuditProofResult proof) => new()
    {
        Rows = proof.Rows,
        Waiting = proof.Waiting,
        Last = string.Create(CultureInfo.InvariantCulture, $"{proof.Head.Sequence}:{Convert.ToHexStringLower(proof.Head.Hash)}"),
        RemovedByRetention = proof.Head.AnchorSequence,
        Fault = proof.Fault is { } fault ? string.Create(CultureInfo.InvariantCulture, $"row {fault.Sequence}: {WordsOf(fault.Kind)}") : null,
    };

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

/// <summary>A row that was seen before.</summary>
/// <param name="Known">Its number, a colon and its hash.</param>
internal sealed record AuditKnown(string? Known = null);

/// <summary>Whether the audit is as it was written.</summary>
public sealed record AuditProofDocument
{
    public required long Rows { get; init; }

    /// <summary>How many wait for their place in the chain.</summary>
    public required int Waiting { get; init; }

    /// <summary>Number and hash of the last row.</summary>
    public required string Last { get; init; }

    /// <summary>How many went with time.</summary>
    public required long RemovedByRetention { get; init; }

    /// <summary>What is not as it was; null where all is.</summary>
    public string? Fault { get; init; }
}
