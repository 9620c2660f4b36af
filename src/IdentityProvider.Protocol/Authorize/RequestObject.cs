namespace IdentityProvider.Protocol.Authorize;

/// <summary>Where a request has its object (RFC 9101 §5): by value, or at an address that the client registered. Made by <see cref="RequestObjectRules"/> alone.</summary>
public sealed class RequestObjectPlace
{
    internal RequestObjectPlace(string? jwt, string? uri)
    {
        Jwt = jwt;
        Uri = uri;
    }

    /// <summary>The object itself; null where it must be fetched.</summary>
    public string? Jwt { get; }

    /// <summary>One of the client's <c>request_uris</c>; null where the object came along.</summary>
    public string? Uri { get; }
}

/// <summary>An authorization request that its client signed (RFC 9101), verified. Made by <see cref="RequestObjectRules.Decide"/> alone.</summary>
public sealed class RequestObject
{
    internal RequestObject(Parameters parameters, string? identifier, DateTimeOffset endsAt)
    {
        Parameters = parameters;
        Identifier = identifier;
        EndsAt = endsAt;
    }

    /// <summary>What it asks, and all that counts (RFC 9101 §6.3).</summary>
    public Parameters Parameters { get; }

    /// <summary><c>jti</c>: an object that has one is used once; null where it has none.</summary>
    public string? Identifier { get; }

    /// <summary>From when on it is refused for its age, the skew included.</summary>
    public DateTimeOffset EndsAt { get; }
}
