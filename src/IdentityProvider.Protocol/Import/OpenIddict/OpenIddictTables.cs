using IdentityProvider.Protocol.Import.AspNetIdentity;

namespace IdentityProvider.Protocol.Import.OpenIddict;

/// <summary>What is in OpenIddict's tables (EF Core, versions 3 to 7), and in those of ASP.NET Core Identity beside them.</summary>
public sealed record OpenIddictTables
{
    public IReadOnlyList<OpenIddictApplication> Applications { get; init; } = [];

    public IReadOnlyList<OpenIddictScope> Scopes { get; init; } = [];

    public IReadOnlyList<string> Roles { get; init; } = [];

    public IReadOnlyList<AspNetUser> Users { get; init; } = [];
}

/// <summary>An application; its lists are JSON in a text.</summary>
public sealed record OpenIddictApplication
{
    public string? ClientId { get; init; }

    /// <summary>A hash of it that this server can't verify.</summary>
    public bool HasSecret { get; init; }

    /// <summary><c>confidential</c> or <c>public</c>.</summary>
    public string? ClientType { get; init; }

    /// <summary><c>web</c> or <c>native</c>.</summary>
    public string? ApplicationType { get; init; }

    public string? ConsentType { get; init; }

    public string? DisplayName { get; init; }

    public string? Permissions { get; init; }

    public string? Requirements { get; init; }

    public string? RedirectUris { get; init; }

    public string? PostLogoutRedirectUris { get; init; }

    public string? JsonWebKeySet { get; init; }

    public string? Settings { get; init; }
}

/// <summary>A scope.</summary>
public sealed record OpenIddictScope
{
    public string? Name { get; init; }

    public string? DisplayName { get; init; }

    public string? Description { get; init; }

    /// <summary>The APIs that it is of, as JSON in a text.</summary>
    public string? Resources { get; init; }
}
