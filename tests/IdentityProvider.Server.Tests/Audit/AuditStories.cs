using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Tests.Commands;

namespace IdentityProvider.Server.Tests.Audit;

/// <summary>
/// A server at which everything happens once that the audit tells of, by real HTTP and real commands; what its audit says afterwards.
/// </summary>
public sealed partial class AuditStories : IAsyncLifetime
{
    private TestServer _server = null!;

    internal TestServer Server => _server;

    /// <summary>All lines.</summary>
    public IReadOnlyList<AuditEvent> Lines { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(change: settings => settings with
        {
            Accounts = new() { Registration = AccountRegistration.Open },
            Throttling = new() { Enabled = false },
        });
        await PeopleAsync();
        await ClientsAsync();

        // Read before the clock goes on for years: the server's own pruning may look at any moment of the machine's.
        var lines = new List<AuditEvent>(await _server.AuditAsync());
        await ItselfAsync();
        lines.AddRange((await _server.AuditAsync()).Where(line => lines.All(known => known.EventId != line.EventId)));
        await OperatorsAsync(lines);

        // Last, since it removes what it finds.
        using var idp = CommandLine.On(_server.ConnectionString).With("Idp__Audit__Retention", "1.00:00:00");
        await idp.RunAsync(["audit", "export", "--action", "client.created"]);
        await idp.DoneAsync(["database", "restored"]);
        await idp.DoneAsync(["database", "prune"]);
        Lines = [.. lines, .. await _server.WrittenAuditAsync()];
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
