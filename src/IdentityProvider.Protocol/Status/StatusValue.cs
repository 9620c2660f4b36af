namespace IdentityProvider.Protocol.Status;

/// <summary>What a status list says of a token (draft-ietf-oauth-status-list, "Status Types"). Ours have two bits each.</summary>
public enum StatusValue : byte
{
    /// <summary>Nothing is known against it.</summary>
    Valid = 0,

    /// <summary>It was taken back, for good.</summary>
    Invalid = 1,

    /// <summary>Application specific: what it says of its subject is old. A refresh brings a true one; nobody has to sign in.</summary>
    Stale = 3,
}
