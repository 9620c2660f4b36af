namespace IdentityProvider.Protocol.Users;

/// <summary>What is wrong with the value of a standard claim.</summary>
public enum ClaimMistake
{
    /// <summary>Longer than any is.</summary>
    TooLong,

    /// <summary>Has characters that aren't seen, or that turn round what is.</summary>
    NotPlain,

    /// <summary>No https URL.</summary>
    NotUrl,

    /// <summary>No day of the calendar, nor a year.</summary>
    NotDate,

    /// <summary>No time zone by its name in the tz database.</summary>
    NotZone,

    /// <summary>No language tag (RFC 5646).</summary>
    NotLanguage,

    /// <summary>No telephone number.</summary>
    NotPhone,
}
