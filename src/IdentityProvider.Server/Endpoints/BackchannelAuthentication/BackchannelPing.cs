using System.Net.Http.Headers;
using IdentityProvider.Protocol.Logout;
using IdentityProvider.Server.Decoupled;
using IdentityProvider.Server.Http;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.BackchannelAuthentication;

/// <summary>Tells a client that the person has answered (CIBA Core §10.2): its <c>auth_req_id</c>, by its own bearer token. What the answer is, it asks.</summary>
internal sealed class BackchannelPing(DecoupledRequests requests, NotificationTokens tokens, Registry registry, Outgoing outgoing)
{
    /// <summary>Makes one attempt.</summary>
    public async Task<DeliveryResult> TellAsync(OutboxMessage message, CancellationToken cancellation)
    {
        var client = await registry.FindClientAsync(message.ClientId, cancellation);
        if (client?.BackchannelClientNotificationEndpoint is not { } uri)
            return new(false, "the client is registered no more, or without backchannel_client_notification_endpoint", IsPointless: message.Attempts > 1);
        if (await requests.FindAsync(message.SessionId, cancellation) is not { SealedNotificationToken: { } sealedToken } request)
            return new(false, "the request is gone", IsPointless: true);

        var (token, authReqId) = tokens.Open(request.RequestId, sealedToken);
        using var call = new HttpRequestMessage(HttpMethod.Post, uri);
        call.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        call.Content = JsonContent.Create(new Dictionary<string, string> { ["auth_req_id"] = authReqId });
        return await outgoing.SendAsync(call, mostBytes: 0, cancellation) switch
        {
            OutgoingAnswer.Answered { Status: var status } when DeliveryRules.IsDelivered((int)status) => new(true),
            OutgoingAnswer.Answered { Status: var status } => new(false, $"answered {(int)status}"),
            OutgoingAnswer.Failed { Reason: var reason } => new(false, $"the call failed: {reason}"),
            _ => throw new InvalidOperationException("An answer of a third kind."),
        };
    }
}
