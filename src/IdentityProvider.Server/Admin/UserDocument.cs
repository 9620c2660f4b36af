using System.Text.Json.Nodes;

namespace IdentityProvider.Server.Admin;

/// <summary>An account in a list.</summary>
public record UserSummary
{
    public required string Sub { get; init; }

    public required string? Username { get; init; }

    public required bool Disabled { get; init; }

    public required string CreatedAt { get; init; }

    /// <summary>Standard claims (OpenID Connect Core §5.1).</summary>
    public required JsonObject Claims { get; init; }
}

/// <summary>All that is known of an account; its roles are those that it has by itself.</summary>
public sealed record UserDocument : UserSummary
{
    public required string? LockedUntil { get; init; }

    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Null where there are more than anybody is told of.</summary>
    public required IReadOnlyList<string>? Groups { get; init; }

    /// <summary>Those of its groups too; null likewise.</summary>
    public required IReadOnlyList<string>? EffectiveRoles { get; init; }

    public required IReadOnlyList<LinkDocument> Links { get; init; }

    public required SecondFactorsDocument SecondFactors { get; init; }
}

/// <summary>Who the person is elsewhere.</summary>
public sealed record LinkDocument(string Issuer, string Subject);

/// <summary>What a person proves themselves by besides a password.</summary>
public sealed record SecondFactorsDocument(bool Authenticator, int RecoveryCodes, int Passkeys, bool RequiredByRole);
