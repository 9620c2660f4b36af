using System.Net;

namespace IdentityProvider.Server;

/// <summary>Where this server stands behind proxies: whose word counts about where a request came from.</summary>
public sealed record ForwardingSettings
{
    /// <summary>
    /// The addresses, or networks such as 10.0.0.0/8, of proxies that write <c>X-Forwarded-For</c>. Anyone else's is ignored. Without it every request
    /// seems to come from the proxy, and all people share what one address may get wrong.
    /// </summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    internal IEnumerable<IPNetwork?> Networks => TrustedProxies.Select(NetworkOf);

    /// <summary>The network that a setting names, an address being one of its own; null where it names none.</summary>
    internal static IPNetwork? NetworkOf(string text) =>
        IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : IPNetwork.TryParse(text, out var network) ? network
        : null;

    internal IEnumerable<string> Mistakes()
    {
        if (Networks.Contains(null))
            yield return "Idp:Forwarding:TrustedProxies must be addresses, or networks such as 10.0.0.0/8.";
    }
}
