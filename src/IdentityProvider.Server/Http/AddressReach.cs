using System.Net;
using System.Net.Sockets;

namespace IdentityProvider.Server.Http;

/// <summary>From where an address can be reached, by IANA's registries of special-purpose addresses (RFC 6890).</summary>
public enum AddressReach
{
    /// <summary>From the whole internet.</summary>
    Public,

    /// <summary>From this machine or its own network: loopback, private (RFC 1918), shared (RFC 6598), unique local (RFC 4193).</summary>
    Private,

    /// <summary>Nothing that a client runs is there: link-local with clouds' metadata servers, multicast, documentation, reserved, tunnels.</summary>
    Never,
}

/// <summary>Tells which an address is. What isn't known to be reachable is not.</summary>
public static class AddressReaches
{
    private static readonly IPNetwork[] PrivateNetworks = Networks(
        "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7");

    // Beside the registries: metadata servers that clouds have put among other addresses.
    private static readonly IPNetwork[] NeverNetworks = Networks(
        "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        "100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::254/128");

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    // An address of IPv4 as hosts without it see it (RFC 6052 §2.1).
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");

    public static AddressReach Of(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6)
            return Of(address.MapToIPv4());
        if (Translated.Contains(address))
            return Of(new IPAddress(address.GetAddressBytes().AsSpan(12))) == AddressReach.Public ? AddressReach.Public : AddressReach.Never;
        if (NeverNetworks.Any(network => network.Contains(address)))
            return AddressReach.Never;
        if (PrivateNetworks.Any(network => network.Contains(address)))
            return AddressReach.Private;
        return address.AddressFamily == AddressFamily.InterNetwork || GlobalUnicast.Contains(address) ? AddressReach.Public : AddressReach.Never;
    }

    private static IPNetwork[] Networks(params string[] networks) => [.. networks.Select(network => IPNetwork.Parse(network))];
}
