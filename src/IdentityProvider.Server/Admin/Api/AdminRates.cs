using IdentityProvider.Server.Http;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>How often one client, or one person by it, may ask. A mistake in a script must not starve sign-ins.</summary>
internal sealed class AdminRates(Settings settings) : IDisposable
{
    /// <summary>Requests at once.</summary>
    public const int Burst = 200;

    /// <summary>What comes back.</summary>
    public const int PerSecond = 20;

    private readonly TokenBuckets _askers = new(settings, Burst, PerSecond, TimeSpan.FromSeconds(1));

    /// <summary>Takes one; where none is left, false, and the answer says when to come again (RFC 6585 §4).</summary>
    public bool TryTake(HttpContext http, Actor actor) => _askers.TryTake(http, $"{actor.Who.Kind}/{actor.Who.ClientId}/{actor.Who.Name}");

    public void Dispose() => _askers.Dispose();
}
