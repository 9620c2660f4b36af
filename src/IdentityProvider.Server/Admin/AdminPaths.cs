using Microsoft.AspNetCore.Http.Features;

namespace IdentityProvider.Server.Admin;

/// <summary>Names of things in the paths of administration.</summary>
internal static class AdminPaths
{
    /// <summary>
    /// A name in the path, as it was written: names may hold a slash, which stands percent-encoded there, and only the request's own line still tells
    /// it from a separator (RFC 3986 §2.2).
    /// </summary>
    /// <param name="http">The request.</param>
    /// <param name="root">Below which the route stands.</param>
    /// <param name="path">The route, with names in braces.</param>
    /// <param name="name">Which of them.</param>
    public static string Named(HttpContext http, string root, string path, string name)
    {
        var at = Array.FindIndex(path.Split('/'), part => part == $"{{{name}}}");
        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var prefix = http.Request.PathBase.ToUriComponent() + root;
        var parts = target.StartsWith(prefix, StringComparison.Ordinal) ? target[prefix.Length..].Split('?')[0].Split('/') : [];
        return at > 0 && at < parts.Length && parts.Length == path.Split('/').Length ? Uri.UnescapeDataString(parts[at]) : (string)http.GetRouteValue(name)!;
    }
}
