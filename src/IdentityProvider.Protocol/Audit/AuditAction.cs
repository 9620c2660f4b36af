namespace IdentityProvider.Protocol.Audit;

/// <summary>Everything that the audit tells of: a closed list. <see cref="AuditActions"/> has each one's stable name and area.</summary>
public enum AuditAction
{
    SessionBegan,
    SessionSteppedUp,
    SessionEnded,
    SignInFailed,
    SignInLocked,

    SecondFactorAdded,
    SecondFactorRemoved,
    SecondFactorReset,
    SecondFactorFailed,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    PasskeyAdded,
    PasskeyRenamed,
    PasskeyRemoved,
    PasskeyRefused,

    UserCreated,
    UserInvited,
    UserChanged,
    UserPasswordChanged,
    UserPasswordReset,
    UserPasswordSet,
    UserEmailChanged,
    UserLinkAsked,
    UserLinked,
    UserUnlinked,
    UserDataExported,
    UserDisabled,
    UserEnabled,
    UserDeleted,

    RoleCreated,
    RoleChanged,
    RoleDeleted,
    RoleGranted,
    RoleRevoked,

    GroupCreated,
    GroupDeleted,
    GroupMemberAdded,
    GroupMemberRemoved,
    GroupRoleGranted,
    GroupRoleRevoked,

    GrantGiven,
    GrantWithdrawn,
    RequestApproved,
    RequestDenied,

    TokensIssued,
    TokenRevoked,
    FamilyEnded,

    ClientCreated,
    ClientChanged,
    ClientDeleted,
    ClientSecretMade,
    ClientSecretRemoved,
    ClientDenied,
    ClientAllowed,
    ClientRefused,

    ClientRegistered,
    ClientReconfigured,
    ClientUnregistered,
    ClientsUnusedRemoved,
    RegistrationPolicyCreated,
    RegistrationPolicyDeleted,

    ResourceCreated,
    ResourceChanged,
    ResourceDeleted,
    DetailsTypeCreated,
    DetailsTypeDeleted,

    KeyMade,
    KeyRevoked,
    KeysForgotten,

    UpstreamCreated,
    UpstreamChanged,
    UpstreamDeleted,
    TrustedIssuerCreated,
    TrustedIssuerDeleted,

    OutboxRetried,
    OutboxDiscarded,

    SignalStreamCreated,
    SignalStreamChanged,
    SignalStreamDeleted,

    AuditExported,
    AuditPruned,

    DatabaseRestored,
}
