using System.Net;
using System.Net.Sockets;

namespace IdentityProvider.Protocol.SignIn;

/// <summary>Of whom attempts are counted, as a text of at most 100 characters.</summary>
public static class AttemptKey
{
    /// <summary>All strangers who try an account.</summary>
    public static string OfAccount(Guid userId) => $"account {userId:N}";

    /// <summary>All strangers who try a name that is nobody's: it is counted as every other, and told apart by none.</summary>
    /// <param name="hash">Keyed: what is typed for a name may be a password.</param>
    public static string OfName(ReadOnlySpan<byte> hash) => $"name {Convert.ToHexString(hash)}";

    /// <summary>A person in a browser that they signed in with before, whom no stranger can lock out.</summary>
    public static string OfBrowser(Guid userId, ReadOnlySpan<byte> browser) => OfBrowsers(userId) + Convert.ToHexString(browser)[..32];

    /// <summary>How the keys of a person's browsers begin.</summary>
    public static string OfBrowsers(Guid userId) => $"browser {userId:N} ";

    /// <summary>
    /// All strangers at an address; of IPv6 at a network of 64 bits, which is what one customer has. Null for this machine itself, where a proxy is
    /// that no setting names.
    /// </summary>
    public static string? OfAddress(IPAddress? address)
    {
        if (address is null || IPAddress.IsLoopback(address))
            return null;
        if (address.IsIPv4MappedToIPv6)
            return OfAddress(address.MapToIPv4());
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return $"address {address}";
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return $"network {new IPAddress(bytes)}";
    }
}
