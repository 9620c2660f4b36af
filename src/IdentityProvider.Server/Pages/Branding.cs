using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Protocol.Branding;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Http;

namespace IdentityProvider.Server.Pages;

/// <summary>
/// What is of its operator's and of a client's own on our pages, as files of ours: each under a name that changes with its content, so that
/// nothing but our origin is asked and no style is in a page.
/// </summary>
public sealed class Branding
{
    private static readonly TimeSpan ForAYear = TimeSpan.FromDays(365);

    private readonly PublicDocument? _logo;

    public Branding(Settings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Name = settings.Branding.Name;
        Accent = settings.Branding.ReadAccent();
        if (settings.Branding.ReadLogo() is not var (content, mediaType))
            return;
        LogoPath = $"/design/{HashOf(content)}/logo";
        _logo = new PublicDocument(content, mediaType, ForAYear, isImmutable: true);
    }

    /// <summary>What the site is called; null where its address alone says it.</summary>
    public string? Name { get; }

    /// <summary>Where its logo is; null where it has none.</summary>
    public string? LogoPath { get; }

    private Accent? Accent { get; }

    /// <summary>Where the stylesheet is that goes over the design's own: a client's on a page about it, else the site's; null where neither has one.</summary>
    public string? StylesheetPath(Client? client) => (client?.Accent ?? Accent) is { } accent ? PathOf(accent) : null;

    public void Map(IEndpointRouteBuilder routes)
    {
        if (LogoPath is { } path)
            routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], WriteLogoAsync);
        routes.MapMethods("/design/{hash}/accent-{light}-{dark}.css", [HttpMethods.Get, HttpMethods.Head], WriteAccentAsync);
    }

    private static string PathOf(Accent accent) => $"/design/{HashOf(Encoding.ASCII.GetBytes(accent.ToStylesheet()))}/accent-{accent.Light.ToString()[1..]}-{accent.Dark.ToString()[1..]}.css";

    private static string HashOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 6));

    // A picture that is opened by itself could have a script in it: it runs nowhere.
    private Task WriteLogoAsync(HttpContext http)
    {
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
        return _logo!.WriteAsync(http);
    }

    // A stylesheet is a function of its name, and only the name that it has is answered.
    private static Task WriteAccentAsync(HttpContext http)
    {
        var (light, dark) = ($"#{http.Request.RouteValues["light"]}", $"#{http.Request.RouteValues["dark"]}");
        if (Accent.Read(light, dark, ("", ""), out var accent) is null && accent is not null && PathOf(accent) == http.Request.Path)
            return new PublicDocument(Encoding.ASCII.GetBytes(accent.ToStylesheet()), "text/css; charset=utf-8", ForAYear, isImmutable: true).WriteAsync(http);
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
