using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Storage;

/// <summary>An account, by ASP.NET Core Identity, with what OpenID Connect says of a person beside it.</summary>
public sealed class User : IdentityUser<Guid>
{
    /// <summary>The standard claims (OpenID Connect Core §5.1) as one JSON object, by their wire names.</summary>
    public string Claims { get; set; } = "{}";

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When an operator disabled the account; null while it may sign in.</summary>
    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>Second factors that were wrong, since the last right one, in browsers that the person was not known in.</summary>
    public int SecondFactorFailures { get; set; }

    /// <summary>Before when no further one is tried there; null where one may be.</summary>
    public DateTimeOffset? SecondFactorNextTryAt { get; set; }

    public bool IsDisabled => DisabledAt is not null;
}

/// <summary>A role, by ASP.NET Core Identity.</summary>
public sealed class Role : IdentityRole<Guid>
{
    /// <summary>Whether who has it, by themselves or by a group, signs in with a second factor.</summary>
    public bool RequireMfa { get; set; }
}
