namespace IdentityProvider.Protocol.Admin;

/// <summary>How far somebody's word goes. Only what is below makes one.</summary>
public sealed class AdminAuthority
{
    private readonly ScopeSet _scope;
    private readonly string[]? _roles;

    private AdminAuthority(ScopeSet scope, string[]? roles)
    {
        _scope = scope;
        _roles = roles;
    }

    /// <summary>Whoever has the database and the master key at hand: a command, and the server itself.</summary>
    public static AdminAuthority Full { get; } = new(ScopeSet.Of([AdminApi.WriteAll]), roles: null);

    /// <summary>Whose word counts for nothing here: nobody has looked yet how far it goes.</summary>
    public static AdminAuthority None { get; } = new(ScopeSet.Empty, []);

    /// <summary>
    /// Whether it reaches what could become anything: accounts that open administration, and clients of this very API. Otherwise whoever may change
    /// one area could make themselves master of all.
    /// </summary>
    public bool IsFull => _scope.Contains(AdminApi.WriteAll) && _roles?.Contains(AdminRules.Admin, StringComparer.Ordinal) != false;

    /// <summary>A client on its own behalf.</summary>
    public static AdminAuthority OfClient(ScopeSet scope) => new(scope, roles: null);

    /// <summary>A person by an app.</summary>
    /// <param name="scope">The app's.</param>
    /// <param name="roles">The person's roles, of whatever kind.</param>
    public static AdminAuthority OfPerson(ScopeSet scope, IEnumerable<string> roles) =>
        new(scope, [.. AdminRules.Roles.Where(known => roles.Contains(known, StringComparer.OrdinalIgnoreCase))]);

    /// <summary>Why this may not be done; null where it may.</summary>
    public Refusal? Refuse(AdminArea area, bool writes)
    {
        // 1. The person has a role for it.
        if (_roles is not null && !_roles.Any(role => AdminRules.Allows(role, area, writes)))
            return Refusal.AdminRoleInsufficient;

        // 2. The token has a scope for it (RFC 6750 §3.1).
        return AdminRules.Allows(_scope, area, writes) ? null : Refusal.AdminScopeInsufficient;
    }
}
