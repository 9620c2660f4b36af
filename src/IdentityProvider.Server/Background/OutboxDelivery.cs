using System.Collections.Concurrent;
using IdentityProvider.Protocol.Logout;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Background;

/// <summary>
/// Delivers what is due in the outbox. Each client has a lane of its own, and mail has one, so that one that hangs delays nobody else; of all nodes one has a
/// message at a time (<see cref="Outbox.ClaimAsync"/>).
/// </summary>
internal sealed class OutboxDelivery(Outbox outbox, MessageDelivery delivery, Entropy entropy, TimeProvider clock, ILogger<OutboxDelivery> logger)
    : RepeatedWork(TimeSpan.FromSeconds(1), logger)
{
    /// <summary>Longer than an attempt takes (<see cref="Http.Outgoing.Patience"/>): a node that is still at work loses no claim.</summary>
    public static TimeSpan Lease { get; } = TimeSpan.FromSeconds(30);

    private const int MostLanes = 256;

    /// <summary>What one client is told at once.</summary>
    private const int MostAtOnce = 4;

    private readonly ConcurrentDictionary<string, Task> _lanes = new(StringComparer.Ordinal);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await IdleAsync();
    }

    /// <summary>Done when what is under way is.</summary>
    internal Task IdleAsync() => Task.WhenAll(_lanes.Values);

    /// <summary>Starts a lane for each client that something is due for; the lanes that were started, each done when nothing is or the client fails.</summary>
    internal async Task<IReadOnlyList<Task>> StartDueAsync(CancellationToken cancellation)
    {
        var due = await outbox.DueClientsAsync(clock.GetUtcNow(), [.. _lanes.Keys], MostLanes, cancellation);
        return [.. due.Take(Math.Max(0, MostLanes - _lanes.Count)).Select(clientId => Start(clientId, cancellation))];
    }

    protected override Task DoAsync(CancellationToken cancellation) => StartDueAsync(cancellation);

    private Task Start(string clientId, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_lanes.TryAdd(clientId, done.Task))
            return _lanes.GetValueOrDefault(clientId, Task.CompletedTask);
        _ = RunAsync();
        return done.Task;

        async Task RunAsync()
        {
            try
            {
                await Task.WhenAll(Enumerable.Range(0, MostAtOnce).Select(_ => DeliverAsync(clientId, cancellation)));
            }
            catch (Exception e)
            {
                if (!cancellation.IsCancellationRequested)
                    Log.BackgroundFailed(logger, nameof(OutboxDelivery), e);
            }
            finally
            {
                _lanes.TryRemove(clientId, out var _);
                done.SetResult();
            }
        }
    }

    // A client that fails once is left alone until the next tick, and so is the mail server: what else is due would most likely fail as well.
    // What is pointless, or not due yet, says nothing of the rest.
    private async Task DeliverAsync(string clientId, CancellationToken cancellation)
    {
        while (await outbox.ClaimAsync(clientId, clock.GetUtcNow(), Lease, cancellation) is { } message)
        {
            var result = await TellAsync(message, cancellation);
            if (result.IsDelivered)
            {
                await outbox.DeliveredAsync(message, clock.GetUtcNow(), CancellationToken.None);
                continue;
            }

            await FailAsync(message, result);
            if (!result.IsPointless && result.Again is null)
                return;
        }
    }

    private async Task<DeliveryResult> TellAsync(OutboxMessage message, CancellationToken cancellation)
    {
        using var span = Spans.Begin($"deliver {message.Kind}");
        var result = await delivery.TellAsync(message, cancellation);
        span?.SetTag("idp.delivered", result.IsDelivered);
        return result;
    }

    private async Task FailAsync(OutboxMessage message, DeliveryResult result)
    {
        var now = clock.GetUtcNow();
        if (result.Again is { } wait && now < message.ExpiresAt)
        {
            await outbox.PostponedAsync(message, result.Error, now + wait, CancellationToken.None);
            return;
        }

        var next = result.IsPointless ? null : DeliveryRules.NextAttempt(message.Attempts, message.ExpiresAt, entropy.Fraction(), now);
        await outbox.FailedAsync(message, result.Error, next, now, CancellationToken.None);
        if (message.Mail is not null && next is { } later)
            Log.MailFailed(logger, message.Id, result.Error, later);
        else if (message.Mail is not null)
            Log.MailGivenUp(logger, message.Id, message.Attempts, result.Error);
        else if (next is { } at)
            Log.DeliveryFailed(logger, message.Id, message.ClientId, result.Error, at);
        else
            Log.DeliveryGivenUp(logger, message.Id, message.ClientId, message.Attempts, result.Error);
    }
}
