using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Background;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Audit;

/// <summary>What the audit of a server says by now.</summary>
internal static class AuditLines
{
    /// <summary>Every line, the newest first: what was counted is written before, and all have their place in the chain.</summary>
    public static async Task<IReadOnlyList<AuditEvent>> AuditAsync(this TestServer server)
    {
        await server.Get<AuditChaining>().WriteAsync(alsoOpen: true, TestContext.Current.CancellationToken);
        return await server.WrittenAuditAsync();
    }

    /// <summary>Those that are written.</summary>
    public static async Task<IReadOnlyList<AuditEvent>> WrittenAuditAsync(this TestServer server) =>
        [.. (await server.Get<AuditEvents>().SearchAsync(new(), null, 10_000, TestContext.Current.CancellationToken)).Select(line => line.Event)];

    /// <summary>The lines of one action.</summary>
    public static async Task<IReadOnlyList<AuditEvent>> AuditAsync(this TestServer server, AuditAction action) =>
        [.. (await server.AuditAsync()).Where(line => line.Action == AuditActions.NameOf(action))];
}
