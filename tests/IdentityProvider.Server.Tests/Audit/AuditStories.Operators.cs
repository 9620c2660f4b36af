namespace IdentityProvider.Server.Tests.Audit;

/// <summary>What operators do.</summary>
public sealed partial class AuditStories
{
    private static Task OperatorsAsync() => Task.CompletedTask;
}
