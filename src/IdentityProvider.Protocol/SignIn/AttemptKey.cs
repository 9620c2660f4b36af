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
    /// <param name="userId">The person.</param>
    /// <param name="browserId">What stays when the browser's secret is renewed, so that nobody gets a new allowance by that.</param>
    public static string OfBrowser(Guid userId, Guid browserId) => $"{OfBrowsers(userId)}{browserId:N}";

    /// <summary>How the keys of a person's browsers begin.</summary>
    public static string OfBrowsers(Guid userId) => $"browser {userId:N} ";

    /// <summary>Whoever proved an account's first factor in a browser that its person never signed in with.</summary>
    public static string OfSecondFactor(Guid userId) => $"{OfSecondFactors(userId)}elsewhere";

    /// <summary>Whoever did in a browser that its person signed in with before.</summary>
    public static string OfSecondFactor(Guid userId, Guid browserId) => $"{OfSecondFactors(userId)}{browserId:N}";

    /// <summary>How both begin.</summary>
    public static string OfSecondFactors(Guid userId) => $"second {userId:N} ";

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
