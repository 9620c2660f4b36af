using System.Text.Json.Serialization;

namespace IdentityProvider.Storage;

/// <summary>
/// A mail that waits to be sent: what it says is data here, and its words and the secret of its link come to be at the moment of sending, so that
/// neither lies anywhere.
/// </summary>
public sealed record Mail
{
    public required MailKind Kind { get; init; }

    /// <summary>To whom; where somebody asked at a page, what they typed there, of whom it may be no address.</summary>
    public required string Address { get; init; }

    /// <summary>The language of whoever caused it, for a reader of whom none is known.</summary>
    public string Language { get; init; } = "en";

    /// <summary>What else it says, by name; nothing secret.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = new Dictionary<string, string>();

    /// <summary>Roles of the account that it offers.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];
}

/// <summary>A mail on its way to the outbox.</summary>
/// <param name="MailId">Random; of the link in it too, where it has one.</param>
/// <param name="Mail">What it says.</param>
/// <param name="UserId">Whose account it is about; null where that isn't known.</param>
/// <param name="ExpiresAt">Until then it is tried again.</param>
public sealed record OutgoingMail(Guid MailId, Mail Mail, Guid? UserId, DateTimeOffset ExpiresAt);

/// <summary>What a mail is about. Kept by name.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MailKind>))]
public enum MailKind
{
    /// <summary>Somebody asked for a new password: a link, where there is an account, and no mail where there is none.</summary>
    PasswordForgotten,

    /// <summary>Somebody wants an account: a link, or the news that there is one.</summary>
    SignUp,

    /// <summary>An operator offers an account.</summary>
    Invitation,

    /// <summary>A person says that this address is theirs.</summary>
    EmailChange,

    /// <summary>Something was done that the person should know (<see cref="NoticeKind"/> says what).</summary>
    Notice,
}

/// <summary>What a person is told that was done with their account, so that they notice where it wasn't them. Kept by name.</summary>
public enum NoticeKind
{
    NewDevice,
    PasswordChanged,

    /// <summary>Told to the address that was the account's before.</summary>
    EmailChanged,
    SecondFactorAdded,
    SecondFactorRemoved,

    /// <summary>By an operator.</summary>
    SecondFactorReset,
    PasskeyAdded,
    PasskeyRemoved,

    /// <summary>Another account, at another identity provider, may sign in to this one.</summary>
    LinkAdded,
    LinkRemoved,
    AccountDeleted,
}
