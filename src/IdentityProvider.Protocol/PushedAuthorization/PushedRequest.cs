namespace IdentityProvider.Protocol.PushedAuthorization;

/// <summary>An authorization request that its client pushed (RFC 9126 §2), as it was decided on. It is kept under the SHA-256 of its reference.</summary>
public sealed record PushedRequest
{
    /// <summary>What every <c>request_uri</c> of ours begins with (RFC 9126 §2.2); the reference, 256 random bits, follows.</summary>
    public const string UriPrefix = "urn:ietf:params:oauth:request_uri:";

    /// <summary>How long the browser may take to bring the reference (RFC 9126 §2.2: 5 to 600 seconds; FAPI 2.0 §5.3.2.2 under 600).</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Who pushed it, and who alone may use it.</summary>
    public required string ClientId { get; init; }

    /// <summary>What was pushed, without what authenticated the client.</summary>
    public required Parameters Parameters { get; init; }

    /// <summary>Whether it came in an object that the client signed (RFC 9126 §3, RFC 9101).</summary>
    public bool IsSigned { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was answered; set once.</summary>
    public DateTimeOffset? SpentAt { get; init; }

    /// <summary>The reference in a <c>request_uri</c> of this kind; null where it is of another.</summary>
    public static string? ReferenceOrNull(string? requestUri) =>
        requestUri?.StartsWith(UriPrefix, StringComparison.Ordinal) == true ? requestUri[UriPrefix.Length..] : null;
}
