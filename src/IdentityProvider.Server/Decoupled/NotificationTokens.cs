using System.Text;
using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.Decoupled;

/// <summary>
/// What a client is notified with (CIBA Core §10.2): its own bearer token and its <c>auth_req_id</c>. They must be sent, so they are kept,
/// encrypted under the master key and bound to their request.
/// </summary>
internal sealed class NotificationTokens(MasterKey masterKey)
{
    public byte[] Seal(Guid requestId, string token, string authReqId) => masterKey.Encrypt(Encoding.ASCII.GetBytes($"{token} {authReqId}"), BoundTo(requestId));

    public (string Token, string AuthReqId) Open(Guid requestId, byte[] sealedToken)
    {
        var parts = Encoding.ASCII.GetString(masterKey.Decrypt(sealedToken, BoundTo(requestId))).Split(' ');
        return (parts[0], parts[1]);
    }

    private static byte[] BoundTo(Guid requestId) => Encoding.ASCII.GetBytes($"notification-token/{requestId:N}");
}
