namespace IdentityProvider.Server.Pages;

/// <summary>Where a redirect URI leads.</summary>
internal static class Place
{
    /// <summary>The host; null for an app's own scheme, which says little: it is an app on the person's device.</summary>
    public static string? HostOf(string redirectUri) => new Uri(redirectUri) is { Scheme: "https" or "http" } uri ? uri.Authority : null;
}
