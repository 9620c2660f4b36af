using IdentityProvider.Server.Endpoints.BackchannelAuthentication;
using IdentityProvider.Server.Endpoints.Logout;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Mail;
using IdentityProvider.Server.SharedSignals;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Background;

/// <summary>How each kind of message is delivered.</summary>
internal sealed class MessageDelivery(BackChannelLogout logout, BackchannelPing ping, MailDelivery mail, SignalPush signals)
{
    public Task<DeliveryResult> TellAsync(OutboxMessage message, CancellationToken cancellation) => message.Kind switch
    {
        OutboxKind.BackChannelLogout => logout.TellAsync(message, cancellation),
        OutboxKind.BackchannelPing => ping.TellAsync(message, cancellation),
        OutboxKind.SecurityEvent => signals.TellAsync(message, cancellation),
        OutboxKind.Mail => mail.TellAsync(message, cancellation),
        var other => throw new InvalidOperationException($"Nothing delivers {other}."),
    };
}
