namespace IdentityProvider.Jose;

/// <summary>
/// Whom a token must be for (RFC 7519 §4.1.3, RFC 8725 §3.9). A string converts to it; not checking must be said by name.
/// </summary>
public sealed class ExpectedAudience
{
    private readonly IReadOnlyList<string>? _names;

    private ExpectedAudience(IReadOnlyList<string>? names) => _names = names;

    /// <summary>The audience is left to the caller, who reads it from the verified claims; it must still be there and well-formed.</summary>
    public static ExpectedAudience CheckedByTheCaller { get; } = new((IReadOnlyList<string>?)null);

    /// <summary>At least one of these names must be in <c>aud</c>.</summary>
    public static ExpectedAudience OneOf(params IReadOnlyList<string> names) =>
        names is { Count: > 0 } && !names.Any(string.IsNullOrEmpty)
            ? new([.. names])
            : throw new ArgumentException("An audience is expected.", nameof(names));

#pragma warning disable CA2225 // OneOf is the named alternate.
    public static implicit operator ExpectedAudience(string name) => OneOf(name);
#pragma warning restore CA2225

    internal bool Matches(IReadOnlyList<string> audiences) =>
        _names is null || audiences.Any(audience => _names.Contains(audience, StringComparer.Ordinal));
}
