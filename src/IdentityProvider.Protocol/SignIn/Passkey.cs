namespace IdentityProvider.Protocol.SignIn;

/// <summary>A passkey (WebAuthn §4, a public key credential) as its person knows it.</summary>
public sealed record Passkey
{
    /// <summary>More than anybody has a use for.</summary>
    public const int Most = 20;

    public required byte[] CredentialId { get; init; }

    /// <summary>What its person calls it; null where they were never asked.</summary>
    public string? Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null where it was never used.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Whether it may leave the device on which it was made (WebAuthn §6.1, backup eligible): a password manager keeps it.</summary>
    public required bool IsSynced { get; init; }
}
