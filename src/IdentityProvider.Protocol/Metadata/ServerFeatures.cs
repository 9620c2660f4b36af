namespace IdentityProvider.Protocol.Metadata;

/// <summary>What an operator switches on or off, as far as the metadata says so: a feature that is off is not in it.</summary>
public sealed record ServerFeatures
{
    /// <summary>Every authorization request must be pushed (RFC 9126 §5).</summary>
    public bool RequiresPushing { get; init; }

    /// <summary>Clients may register themselves (RFC 7591).</summary>
    public bool HasRegistration { get; init; } = true;
}
