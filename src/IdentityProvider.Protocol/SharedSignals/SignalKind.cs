namespace IdentityProvider.Protocol.SharedSignals;

/// <summary>What a security event says. <see cref="SignalKinds"/> has each one's type. The numbers are stored, and never given to another.</summary>
public enum SignalKind
{
    /// <summary>A sign-in ended before its time (CAEP 1.0 §3.1).</summary>
    SessionRevoked = 0,

    /// <summary>What tokens say of a person is no longer so (CAEP 1.0 §3.2).</summary>
    TokenClaimsChange = 1,

    /// <summary>A password, an authenticator app or a passkey came, changed or went (CAEP 1.0 §3.3).</summary>
    CredentialChange = 2,

    /// <summary>An account was closed, and may be opened again (RISC 1.0 §2.3).</summary>
    AccountDisabled = 3,

    /// <summary>It was opened again (RISC 1.0 §2.4).</summary>
    AccountEnabled = 4,

    /// <summary>An account is gone for good (RISC 1.0 §2.2).</summary>
    AccountPurged = 5,

    /// <summary>That a stream works (SSF 1.0 §8.1.4.1); nobody asks for its type.</summary>
    Verification = 20,

    /// <summary>That this server gave a stream another status (SSF 1.0 §8.1.5); nobody asks for its type either.</summary>
    StreamUpdated = 21,
}
