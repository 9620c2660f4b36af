using System.Text;
using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.SharedSignals;

/// <summary>What a receiver wants sent along with each push (SSF 1.0 §6.1.1). It must be sent, so it is kept: encrypted under the master key and bound to its stream.</summary>
internal sealed class SignalAuthorizations(MasterKey masterKey)
{
    public byte[]? Seal(Guid streamId, string? header) => header is null ? null : masterKey.Encrypt(Encoding.ASCII.GetBytes(header), BoundTo(streamId));

    public string Open(Guid streamId, byte[] sealedHeader) => Encoding.ASCII.GetString(masterKey.Decrypt(sealedHeader, BoundTo(streamId)));

    private static byte[] BoundTo(Guid streamId) => Encoding.ASCII.GetBytes($"signal-authorization/{streamId:N}");
}
