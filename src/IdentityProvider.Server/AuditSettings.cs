namespace IdentityProvider.Server;

/// <summary>How long the audit is kept, and where else it goes.</summary>
public sealed record AuditSettings
{
    /// <summary>A shorter one would be gone before most break-ins are noticed.</summary>
    public static TimeSpan ShortestRetention { get; } = TimeSpan.FromDays(1);

    /// <summary>How old a line may become.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(400);

    internal IEnumerable<string> Mistakes()
    {
        if (Retention < ShortestRetention || Retention > TimeSpan.FromDays(36_500))
            yield return "Idp:Audit:Retention must be a day or more (and at most 36500).";
    }
}
