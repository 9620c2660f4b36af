using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Protocol.Logout;

/// <summary>The frames that sign a browser out of the apps of its session (OpenID Connect Front-Channel Logout 1.0 §2, §3).</summary>
public static class FrontChannelLogout
{
    /// <summary>A page holds no more.</summary>
    public const int MostFrames = 50;

    /// <summary>The address of each client that registered one, with <c>iss</c> and <c>sid</c>, whether it asked for them or not.</summary>
    /// <param name="clients">Those of the session.</param>
    /// <param name="issuer">Our identifier.</param>
    /// <param name="sessionId">What has ended.</param>
    public static IReadOnlyList<string> Frames(IEnumerable<Client> clients, string issuer, Guid sessionId) =>
    [
        .. clients.Select(client => client.FrontchannelLogoutUri).OfType<string>().Distinct(StringComparer.Ordinal).Take(MostFrames)
            .Select(uri => $"{uri}{(uri.Contains('?', StringComparison.Ordinal) ? '&' : '?')}iss={Uri.EscapeDataString(issuer)}&sid={sessionId:N}"),
    ];
}
