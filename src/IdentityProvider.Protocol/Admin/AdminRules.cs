using System.Collections.Frozen;

namespace IdentityProvider.Protocol.Admin;

/// <summary>Who may do what: a person is bound by their role and by the scope of the app that they use, a client of its own by its scope.</summary>
public static class AdminRules
{
    public const string Admin = "admin";
    public const string Operator = "operator";
    public const string Auditor = "auditor";

    /// <summary>The roles that open administration, the one that may most first.</summary>
    public static IReadOnlyList<string> Roles { get; } = [Admin, Operator, Auditor];

    private static readonly FrozenSet<string> Normalized = Roles.Select(role => role.ToUpperInvariant()).ToFrozenSet(StringComparer.Ordinal);

    // What an operator leaves to an admin: what keys sign, what roles there are, what is set, and what has happened.
    private static readonly AdminArea[] WrittenByAdminsAlone = [AdminArea.Keys, AdminArea.Roles, AdminArea.Settings, AdminArea.Audit];

    /// <summary>
    /// Whether a role, by whoever has it, opens administration: to give or take it is a matter for admins. Names of roles have no case, by the very
    /// rule by which they are found.
    /// </summary>
    public static bool IsPrivileged(string role)
    {
        ArgumentNullException.ThrowIfNull(role);
        return Normalized.Contains(role.ToUpperInvariant());
    }

    /// <summary>What a role may do.</summary>
    public static bool Allows(string role, AdminArea area, bool writes) => role switch
    {
        Admin => true,
        Operator => !writes || !WrittenByAdminsAlone.Contains(area),
        Auditor => !writes,
        _ => false,
    };

    /// <summary>What a scope may do: all of a kind, or one area. Who may change an area may see it.</summary>
    public static bool Allows(ScopeSet scope, AdminArea area, bool writes)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return scope.Contains(AdminApi.WriteAll) || scope.Contains(AdminApi.ScopeOf(area, writes: true))
            || (!writes && (scope.Contains(AdminApi.ReadAll) || scope.Contains(AdminApi.ScopeOf(area, writes: false))));
    }
}
