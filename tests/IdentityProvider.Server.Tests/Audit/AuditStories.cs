using IdentityProvider.Protocol.Audit;

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
        await OperatorsAsync();
        Lines = await _server.AuditAsync();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
