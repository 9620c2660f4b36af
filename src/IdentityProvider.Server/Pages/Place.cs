namespace IdentityProvider.Server.Pages;

/// <summary>Where a redirect URI leads, in words that a person knows.</summary>
internal static class Place
{
    /// <summary>The host; of an app's own scheme, which says little, that it is an app.</summary>
    public static string Of(string redirectUri) => new Uri(redirectUri) is { Scheme: "https" or "http" } uri ? uri.Authority : "the app on your device";
}
