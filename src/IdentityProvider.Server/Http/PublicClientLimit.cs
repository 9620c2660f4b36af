using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Server.Http;

/// <summary>
/// How often a client that proves nothing may make this server keep something before any person is there: whoever reads its <c>client_id</c> can ask
/// in its name. Shared by all endpoints where nothing more is asked for than that.
/// </summary>
internal sealed class PublicClientLimit(Settings settings) : IDisposable
{
    /// <summary>Requests of one client at once.</summary>
    public const int Burst = 100;

    /// <summary>What comes back: a thousand people can begin to sign in within about three minutes.</summary>
    public const int PerSecond = 5;

    private readonly TokenBuckets _clients = new(settings, Burst, PerSecond, TimeSpan.FromSeconds(1));

    /// <summary>Takes one of the client's requests; where it has none left, false, and the answer says when to come again.</summary>
    public static bool TryTake(HttpContext http, AuthenticatedClient client) =>
        !client.Client.IsPublic || http.RequestServices.GetRequiredService<PublicClientLimit>()._clients.TryTake(http, client.ClientId);

    public void Dispose() => _clients.Dispose();
}
