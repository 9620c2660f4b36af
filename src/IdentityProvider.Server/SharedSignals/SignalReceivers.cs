using System.Collections.Frozen;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.SharedSignals;

/// <summary>
/// Which clients have streams, in memory: whoever signs in to one of them is noted, so that it hears of them for as long as it knows them. For every
/// other client that costs nothing.
/// </summary>
internal sealed class SignalReceivers(SignalStreams streams)
{
    private volatile Known _known = new();

    public void Forget() => _known = new();

    /// <summary>A client has just got tokens of a person. They have happened, whether or not the caller still waits.</summary>
    public async Task MetAsync(TokenFamily family)
    {
        var known = _known;
        var clients = known.Clients ??= (await streams.ReceiversAsync(CancellationToken.None)).ToFrozenSet(StringComparer.Ordinal);
        if (clients.Contains(family.ClientId))
            await streams.MeetAsync(family.ClientId, family.UserId, CancellationToken.None);
    }

    /// <summary>What was read; left behind when it is forgotten.</summary>
    private sealed class Known
    {
        public FrozenSet<string>? Clients { get; set; }
    }
}
