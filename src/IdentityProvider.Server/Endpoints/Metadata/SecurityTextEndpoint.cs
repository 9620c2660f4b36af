using System.Globalization;
using IdentityProvider.Server.Pages;

namespace IdentityProvider.Server.Endpoints.Metadata;

/// <summary><c>GET /.well-known/security.txt</c> (RFC 9116), where an operator says whom to tell. It is made anew each day, so it never expires (§2.5.5).</summary>
internal static class SecurityTextEndpoint
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(30);

    public static void MapSecurityText(this IEndpointRouteBuilder routes, Settings settings)
    {
        if (settings.Security.Contact is null)
            return;
        var clock = routes.ServiceProvider.GetRequiredService<TimeProvider>();
        routes.MapGet("/.well-known/security.txt", http =>
        {
            http.Response.ContentType = "text/plain; charset=utf-8";
            http.Response.Headers.CacheControl = "public, max-age=86400";
            return http.Response.WriteAsync(Text(settings, clock.GetUtcNow()));
        });
    }

    private static string Text(Settings settings, DateTimeOffset now)
    {
        var security = settings.Security;
        var expires = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero) + Life;
        List<string> lines = [$"Contact: {security.Contact}", $"Expires: {expires.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}"];
        if (security.Encryption is { } encryption)
            lines.Add($"Encryption: {encryption}");
        if (security.Policy is { } policy)
            lines.Add($"Policy: {policy}");
        lines.Add($"Preferred-Languages: {string.Join(", ", Languages.All.Select(language => language.Name))}");
        lines.Add($"Canonical: {settings.Issuer}/.well-known/security.txt");
        return string.Join('\n', lines) + "\n";
    }
}
