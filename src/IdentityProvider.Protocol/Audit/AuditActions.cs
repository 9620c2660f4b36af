namespace IdentityProvider.Protocol.Audit;

/// <summary>
/// The one table of what the audit tells of. A name is for ever: rows and other systems have it. An area is what a right to read or administer is
/// given for.
/// </summary>
public static class AuditActions
{
    /// <summary>Of a name, in characters.</summary>
    public const int LongestName = 60;

    private static readonly Dictionary<AuditAction, (string Name, string Area)> Table = new()
    {
        [AuditAction.SessionBegan] = ("session.began", "sessions"),
        [AuditAction.SessionSteppedUp] = ("session.stepped_up", "sessions"),
        [AuditAction.SessionEnded] = ("session.ended", "sessions"),
        [AuditAction.SignInFailed] = ("sign_in.failed", "sessions"),
        [AuditAction.SignInLocked] = ("sign_in.locked", "sessions"),

        [AuditAction.SecondFactorAdded] = ("second_factor.added", "users"),
        [AuditAction.SecondFactorRemoved] = ("second_factor.removed", "users"),
        [AuditAction.SecondFactorReset] = ("second_factor.reset", "users"),
        [AuditAction.SecondFactorFailed] = ("second_factor.failed", "sessions"),
        [AuditAction.RecoveryCodesMade] = ("recovery_codes.made", "users"),
        [AuditAction.RecoveryCodeUsed] = ("recovery_code.used", "sessions"),
        [AuditAction.PasskeyAdded] = ("passkey.added", "users"),
        [AuditAction.PasskeyRenamed] = ("passkey.renamed", "users"),
        [AuditAction.PasskeyRemoved] = ("passkey.removed", "users"),
        [AuditAction.PasskeyRefused] = ("passkey.refused", "sessions"),

        [AuditAction.UserCreated] = ("user.created", "users"),
        [AuditAction.UserInvited] = ("user.invited", "users"),
        [AuditAction.UserChanged] = ("user.changed", "users"),
        [AuditAction.UserPasswordChanged] = ("user.password_changed", "users"),
        [AuditAction.UserPasswordReset] = ("user.password_reset", "users"),
        [AuditAction.UserPasswordSet] = ("user.password_set", "users"),
        [AuditAction.UserEmailChanged] = ("user.email_changed", "users"),
        [AuditAction.UserLinkAsked] = ("user.link_asked", "users"),
        [AuditAction.UserLinked] = ("user.linked", "users"),
        [AuditAction.UserUnlinked] = ("user.unlinked", "users"),
        [AuditAction.UserDataExported] = ("user.data_exported", "users"),
        [AuditAction.UserDisabled] = ("user.disabled", "users"),
        [AuditAction.UserEnabled] = ("user.enabled", "users"),
        [AuditAction.UserDeleted] = ("user.deleted", "users"),

        [AuditAction.RoleCreated] = ("role.created", "roles"),
        [AuditAction.RoleChanged] = ("role.changed", "roles"),
        [AuditAction.RoleDeleted] = ("role.deleted", "roles"),
        [AuditAction.RoleGranted] = ("role.granted", "roles"),
        [AuditAction.RoleRevoked] = ("role.revoked", "roles"),

        [AuditAction.GroupCreated] = ("group.created", "groups"),
        [AuditAction.GroupDeleted] = ("group.deleted", "groups"),
        [AuditAction.GroupMemberAdded] = ("group.member_added", "groups"),
        [AuditAction.GroupMemberRemoved] = ("group.member_removed", "groups"),
        [AuditAction.GroupRoleGranted] = ("group.role_granted", "groups"),
        [AuditAction.GroupRoleRevoked] = ("group.role_revoked", "groups"),

        [AuditAction.GrantGiven] = ("grant.given", "grants"),
        [AuditAction.GrantWithdrawn] = ("grant.withdrawn", "grants"),
        [AuditAction.RequestApproved] = ("request.approved", "grants"),
        [AuditAction.RequestDenied] = ("request.denied", "grants"),

        [AuditAction.TokensIssued] = ("tokens.issued", "families"),
        [AuditAction.TokenRevoked] = ("token.revoked", "families"),
        [AuditAction.FamilyEnded] = ("family.ended", "families"),

        [AuditAction.ClientCreated] = ("client.created", "clients"),
        [AuditAction.ClientChanged] = ("client.changed", "clients"),
        [AuditAction.ClientDeleted] = ("client.deleted", "clients"),
        [AuditAction.ClientSecretMade] = ("client.secret_made", "clients"),
        [AuditAction.ClientSecretRemoved] = ("client.secret_removed", "clients"),
        [AuditAction.ClientDenied] = ("client.denied", "clients"),
        [AuditAction.ClientAllowed] = ("client.allowed", "clients"),
        [AuditAction.ClientRefused] = ("client.refused", "clients"),

        [AuditAction.ClientRegistered] = ("client.registered", "registration"),
        [AuditAction.ClientReconfigured] = ("client.reconfigured", "registration"),
        [AuditAction.ClientUnregistered] = ("client.unregistered", "registration"),
        [AuditAction.ClientsUnusedRemoved] = ("clients.unused_removed", "registration"),
        [AuditAction.RegistrationPolicyCreated] = ("registration_policy.created", "registration"),
        [AuditAction.RegistrationPolicyDeleted] = ("registration_policy.deleted", "registration"),

        [AuditAction.ResourceCreated] = ("resource.created", "resources"),
        [AuditAction.ResourceChanged] = ("resource.changed", "resources"),
        [AuditAction.ResourceDeleted] = ("resource.deleted", "resources"),
        [AuditAction.DetailsTypeCreated] = ("details_type.created", "resources"),
        [AuditAction.DetailsTypeDeleted] = ("details_type.deleted", "resources"),

        [AuditAction.KeyMade] = ("key.made", "keys"),
        [AuditAction.KeyRevoked] = ("key.revoked", "keys"),
        [AuditAction.KeysForgotten] = ("keys.forgotten", "keys"),

        [AuditAction.UpstreamCreated] = ("upstream.created", "upstreams"),
        [AuditAction.UpstreamChanged] = ("upstream.changed", "upstreams"),
        [AuditAction.UpstreamDeleted] = ("upstream.deleted", "upstreams"),
        [AuditAction.TrustedIssuerCreated] = ("trusted_issuer.created", "upstreams"),
        [AuditAction.TrustedIssuerDeleted] = ("trusted_issuer.deleted", "upstreams"),

        [AuditAction.OutboxRetried] = ("outbox.retried", "outbox"),
        [AuditAction.OutboxDiscarded] = ("outbox.discarded", "outbox"),

        [AuditAction.SignalStreamCreated] = ("signal_stream.created", "signals"),
        [AuditAction.SignalStreamChanged] = ("signal_stream.changed", "signals"),
        [AuditAction.SignalStreamDeleted] = ("signal_stream.deleted", "signals"),

        [AuditAction.AuditExported] = ("audit.exported", "audit"),
        [AuditAction.AuditPruned] = ("audit.pruned", "audit"),

        [AuditAction.DatabaseRestored] = ("database.restored", "database"),
    };

    /// <summary>Every name, in the list's order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<AuditAction>().Select(NameOf)];

    /// <summary>Every area, in order.</summary>
    public static IReadOnlyList<string> Areas { get; } = [.. Table.Values.Select(entry => entry.Area).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>As rows have it, such as <c>client.created</c>.</summary>
    public static string NameOf(AuditAction action) => Table[action].Name;

    /// <summary>What it belongs to, such as <c>clients</c>.</summary>
    public static string AreaOf(AuditAction action) => Table[action].Area;

    /// <summary>The names of an area.</summary>
    public static IReadOnlyList<string> NamesOf(string area) => [.. Enum.GetValues<AuditAction>().Where(action => AreaOf(action) == area).Select(NameOf)];
}
