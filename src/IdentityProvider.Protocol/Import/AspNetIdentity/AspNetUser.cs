namespace IdentityProvider.Protocol.Import.AspNetIdentity;

/// <summary>An account of ASP.NET Core Identity, with what is in the tables beside it.</summary>
public sealed record AspNetUser
{
    public required string Id { get; init; }

    public string? UserName { get; init; }

    public string? Email { get; init; }

    public bool EmailConfirmed { get; init; }

    public string? PhoneNumber { get; init; }

    public bool PhoneNumberConfirmed { get; init; }

    public string? PasswordHash { get; init; }

    public bool TwoFactorEnabled { get; init; }

    /// <summary>Of the authenticator app, in base32.</summary>
    public string? AuthenticatorKey { get; init; }

    public DateTimeOffset? LockoutEnd { get; init; }

    /// <summary>The names of its roles.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Type and value.</summary>
    public IReadOnlyList<(string Type, string? Value)> Claims { get; init; } = [];

    /// <summary>The scheme's name, and the identifier there.</summary>
    public IReadOnlyList<(string Provider, string Key)> Logins { get; init; } = [];

    public bool HasPasskeys { get; init; }
}
