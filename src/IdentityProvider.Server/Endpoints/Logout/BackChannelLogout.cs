using System.Net;
using IdentityProvider.Protocol.Logout;
using IdentityProvider.Server.Http;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.Logout;

/// <summary>
/// Tells a client that a session has ended (OpenID Connect Back-Channel Logout 1.0 §2.5): posts a logout token, signed for this very attempt, to
/// the address that the client has registered by now.
/// </summary>
internal sealed class BackChannelLogout(Registry registry, Outgoing outgoing, LogoutTokens tokens)
{
    /// <summary>Makes one attempt.</summary>
    public async Task<DeliveryResult> TellAsync(OutboxMessage message, CancellationToken cancellation)
    {
        var client = await registry.FindClientAsync(message.ClientId, cancellation);

        // A registration that just changed may be half a second late in this node's memory: the first look doesn't count.
        if (client?.BackchannelLogoutUri is not { } uri)
            return new(false, "the client is registered no more, or without backchannel_logout_uri", IsPointless: message.Attempts > 1);

        var token = await tokens.SignAsync(client, message.UserId, message.SessionId, cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Content = new FormUrlEncodedContent([new("logout_token", token)]),
        };
        return await outgoing.SendAsync(request, mostBytes: 0, cancellation) switch
        {
            OutgoingAnswer.Answered { Status: var status } when DeliveryRules.IsDelivered((int)status) => new(true),
            OutgoingAnswer.Answered { Status: var status } => new(false, IsRedirect(status) ? $"answered {(int)status}; redirects are not followed" : $"answered {(int)status}"),
            OutgoingAnswer.Failed { Reason: var reason } => new(false, OutgoingFailures.Words(reason)),
            _ => throw new InvalidOperationException("An answer of a third kind."),
        };
    }

    private static bool IsRedirect(HttpStatusCode status) => (int)status is >= 300 and < 400;
}
