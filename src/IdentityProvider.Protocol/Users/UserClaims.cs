using System.Text.Json.Nodes;

namespace IdentityProvider.Protocol.Users;

/// <summary>What is known of a person, as OpenID Connect's standard claims (Core §5.1).</summary>
/// <param name="UserId">The account; its text is <c>sub</c>.</param>
/// <param name="Username">What they sign in with: <c>preferred_username</c>.</param>
/// <param name="Claims">The standard claims that are set, by their wire names; no claim that the protocol itself sets.</param>
/// <param name="IsActive">False where an operator disabled the account.</param>
public sealed record UserClaims(Guid UserId, string Username, JsonObject Claims, bool IsActive)
{
    /// <summary>The names of their roles, their groups' too, in order; null where nobody asked, or where there are more than anybody is told of.</summary>
    public IReadOnlyList<string>? Roles { get; init; }

    /// <summary>The names of their groups, likewise.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>How often their roles and groups had changed before these were read.</summary>
    public int RoleChanges { get; init; }

    /// <summary>The same, where anybody may be told of these: who keeps what was made of them wants no other since. Null where nobody is.</summary>
    public int? ToldRoleChanges => Roles is null && Groups is null ? null : RoleChanges;

    /// <summary><c>sub</c>: never reassigned, no more than 255 characters (Core §2).</summary>
    public string Subject => UserId.ToString("D");
}
