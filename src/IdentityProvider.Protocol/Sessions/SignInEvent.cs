namespace IdentityProvider.Protocol.Sessions;

/// <summary>
/// One line of the history of a person's account, for their own eyes: when, from where, with what, and what happened. It never holds a password,
/// nor a name that was typed.
/// </summary>
public sealed record SignInEvent
{
    /// <summary>How far back a history goes.</summary>
    public static TimeSpan Kept { get; } = TimeSpan.FromDays(90);

    public required Guid EventId { get; init; }

    public required Guid UserId { get; init; }

    public required DateTimeOffset At { get; init; }

    public string? Address { get; init; }

    public string? UserAgent { get; init; }

    public required SignInOutcome Outcome { get; init; }

    /// <summary>To what it happened, or how: the methods of a sign-in (RFC 8176), the name of an app. Null where the outcome says it all.</summary>
    public string? Detail { get; init; }

    /// <summary>How often, within an hour; the moment is the first one's.</summary>
    public int Count { get; init; } = 1;
}

/// <summary>What happened to an account, or how an attempt that was made with its name ended.</summary>
public enum SignInOutcome
{
    /// <summary>They proved who they are.</summary>
    SignedIn,

    /// <summary>The password was not theirs.</summary>
    WrongPassword,

    /// <summary>They proved who they are, and chose a new password.</summary>
    PasswordChanged,

    /// <summary>The password was theirs; a second factor was asked for, and not proven yet.</summary>
    FirstFactor,

    /// <summary>The password was theirs, the second factor wasn't.</summary>
    WrongSecondFactor,

    /// <summary>They set up a second factor.</summary>
    SecondFactorAdded,

    /// <summary>They gave a second factor up.</summary>
    SecondFactorRemoved,

    /// <summary>They had new recovery codes made.</summary>
    RecoveryCodesMade,

    /// <summary>They signed in with a recovery code.</summary>
    RecoveryCodeUsed,

    /// <summary>Those who run the server took their second factors away, so that they can set up others.</summary>
    SecondFactorsReset,

    /// <summary>They added a passkey.</summary>
    PasskeyAdded,

    /// <summary>They removed a passkey.</summary>
    PasskeyRemoved,

    /// <summary>Their passkey was refused, since its counter went back as a copy's would.</summary>
    PasskeyMayBeCopied,

    /// <summary>They chose a new password by a link that was mailed to them.</summary>
    PasswordReset,

    /// <summary>They made the account.</summary>
    AccountMade,

    /// <summary>They confirmed an e-mail address.</summary>
    EmailChanged,

    /// <summary>They proved who they are in a browser that they had never signed in with.</summary>
    SignedInNewBrowser,

    /// <summary>The password was not theirs, once too often: the next attempt from there waits.</summary>
    Locked,

    /// <summary>Those who run the server gave the account another password.</summary>
    PasswordGiven,

    /// <summary>They let an app have something of theirs.</summary>
    AppConnected,

    /// <summary>They took that back.</summary>
    AppRemoved,

    /// <summary>They took a copy of what is held on them.</summary>
    DataExported,

    /// <summary>They linked a sign-in at another provider.</summary>
    LinkAdded,

    /// <summary>They took such a link away.</summary>
    LinkRemoved,

    /// <summary>Those who run the server linked a sign-in at another provider.</summary>
    LinkGiven,

    /// <summary>Those who run the server took such a link away.</summary>
    LinkTaken,

    /// <summary>They changed what apps are told of them; the detail names the claims, never what they say.</summary>
    ProfileChanged,

    /// <summary>Those who run the server changed it.</summary>
    ProfileCorrected,
}
