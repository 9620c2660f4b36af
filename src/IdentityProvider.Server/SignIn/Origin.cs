namespace IdentityProvider.Server.SignIn;

/// <summary>Where a request comes from, as far as it can be told: shown to the person later.</summary>
internal sealed record Origin(string? Address, string? UserAgent, string? RequestId = null)
{
    /// <summary>Of what those who run the server do at its command line.</summary>
    public static Origin Command { get; } = new(null, null);

    public static Origin Of(HttpContext http) => new(
        http.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4().ToString() : http.Connection.RemoteIpAddress?.ToString(),
        http.Request.Headers.UserAgent,
        http.TraceIdentifier);
}
