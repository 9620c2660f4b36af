using IdentityProvider.Protocol.Upstream;

namespace IdentityProvider.Server.Upstream;

/// <summary>Our addresses for an upstream: what is registered there.</summary>
internal static class UpstreamPaths
{
    public static string Start(string name) => $"/login/upstream/{name}";

    /// <summary>Where somebody says that they are new here.</summary>
    public static string Newcomer(string name) => Start(name) + "/new";

    public static string RedirectUri(Settings settings, UpstreamProvider upstream) => settings.Issuer + Start(upstream.Name) + "/callback";

    public static string BackchannelLogoutUri(Settings settings, UpstreamProvider upstream) => settings.Issuer + Start(upstream.Name) + "/backchannel-logout";

    public static string PostLogoutRedirectUri(Settings settings, UpstreamProvider upstream) => settings.Issuer + Start(upstream.Name) + "/signed-out";
}
