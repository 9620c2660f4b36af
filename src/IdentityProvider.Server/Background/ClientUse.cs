using System.Collections.Concurrent;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Background;

/// <summary>
/// When clients that registered themselves last got a token, so that those nobody uses can go: noted in memory, and written at most once a day
/// for each. What a crash loses is a day of <see cref="RegistrationSettings.UnusedClientsKept"/>.
/// </summary>
internal sealed class ClientUse(Registrations registrations, TimeProvider clock, ILogger<ClientUse> logger) : RepeatedWork(TimeSpan.FromMinutes(1), logger)
{
    private const int Most = 20_000;

    private readonly ConcurrentDictionary<string, bool> _isWritten = new(StringComparer.Ordinal);
    private DateTimeOffset _since;

    /// <summary>The client got a token. Costs a look-up in memory.</summary>
    public void Note(Client client)
    {
        if (client.IsSelfRegistered && !_isWritten.ContainsKey(client.ClientId) && _isWritten.Count < Most)
            _isWritten.TryAdd(client.ClientId, false);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(cancellationToken);
    }

    /// <summary>Writes what was noted since the last time.</summary>
    internal async Task WriteAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        string[] unwritten = [.. _isWritten.Where(use => !use.Value).Select(use => use.Key)];
        if (unwritten.Length > 0)
            await registrations.NoteUseAsync(unwritten, now, cancellation);
        if (now - _since >= Registrations.UseNotedEvery)
        {
            _isWritten.Clear();
            _since = now;
            return;
        }

        foreach (var clientId in unwritten)
            _isWritten[clientId] = true;
    }

    protected override Task DoAsync(CancellationToken cancellation) => WriteAsync(cancellation);
}
