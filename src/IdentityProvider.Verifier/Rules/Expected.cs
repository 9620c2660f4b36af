using System.Buffers;
using IdentityProvider.Jose;

namespace IdentityProvider.Verifier.Rules;

/// <summary>The options, checked, with what follows from them. Made once.</summary>
internal sealed class Expected
{
    /// <summary>What every access token has besides iss, aud and exp (RFC 9068 §2.2).</summary>
    private static readonly string[] Required = ["sub", "client_id", "iat", "jti"];

    private static readonly TimeSpan MaxSkew = TimeSpan.FromSeconds(60);
    private static readonly SearchValues<char> Segment = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~");

    private readonly string _statusPrefix;

    public Expected(VerifierOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        RequireWebAddress(options.Issuer, nameof(options.Issuer));
        if (options.Issuer.EndsWith('/') || options.Issuer.AsSpan().ContainsAny('?', '#')) throw Wrong("Issuer has no trailing slash, query or fragment.");
        if (options.Algorithms is not { Count: > 0 }) throw Wrong("Algorithms names at least one.");
        if (options.ClockSkew < TimeSpan.Zero || options.ClockSkew > MaxSkew) throw Wrong("ClockSkew lies between 0 and 60 s.");
        foreach (var time in new[] { options.JwksMaxAge, options.JwksLastKnownGood, options.StatusLastKnownGood, options.MinRefetchInterval, options.FetchTimeout })
            if (time <= TimeSpan.Zero || time > TimeSpan.FromDays(7)) throw Wrong("A time of the options is more than none, and a week at most.");

        Options = options;
        Jwt = new JwtExpectations
        {
            Typ = "at+jwt",
            Issuer = options.Issuer,
            Audience = options.Audience,
            ClockSkew = options.ClockSkew,
            RequiredClaims = Required,
        };
        JwksUri = RequireWebAddress(options.JwksUri ?? $"{options.Issuer}/.well-known/jwks.json", nameof(options.JwksUri));
        EventsUri = RequireWebAddress(options.StatusEventsUri ?? $"{options.Issuer}/status/events", nameof(options.StatusEventsUri));
        Origin = OriginOf(options);
        if (options.NonceKey is { Length: < 32 }) throw Wrong("NonceKey has 32 bytes or more.");
        _statusPrefix = $"{options.Issuer}/status/";
    }

    public VerifierOptions Options { get; }

    public JwtExpectations Jwt { get; }

    public Uri JwksUri { get; }

    public Uri EventsUri { get; }

    /// <summary>Scheme, host and port of this API; null where nobody said.</summary>
    public string? Origin { get; }

    public bool Allows(SignatureAlgorithm algorithm) => Options.Algorithms.Contains(algorithm);

    /// <summary>One plain path segment below the issuer's own lists: neither a token nor an event sends us anywhere else.</summary>
    public bool IsListUri(string uri) =>
        uri.StartsWith(_statusPrefix, StringComparison.Ordinal) && uri.Length > _statusPrefix.Length && !uri.AsSpan(_statusPrefix.Length).ContainsAnyExcept(Segment);

    private static string? OriginOf(VerifierOptions options)
    {
        if (options.Origin is { } origin)
        {
            var uri = RequireWebAddress(origin, nameof(options.Origin));
            return uri.GetLeftPart(UriPartial.Authority) == origin.TrimEnd('/') ? origin.TrimEnd('/') : throw Wrong("Origin is scheme, host and port alone.");
        }
        return Uri.TryCreate(options.Audience, UriKind.Absolute, out var audience) && (audience.Scheme == Uri.UriSchemeHttps || audience.Scheme == Uri.UriSchemeHttp)
            ? audience.GetLeftPart(UriPartial.Authority)
            : null;
    }

    private static Uri RequireWebAddress(string text, string name)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)) throw Wrong($"{name} is an absolute address.");
        return uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback) ? uri : throw Wrong($"{name} is https, or http on loopback.");
    }

    private static ArgumentException Wrong(string why) => new(why);
}
