namespace IdentityProvider.Storage;

/// <summary>How it ended to replace what was read before: by one conditional statement, so that of two who read the same one is first.</summary>
public enum Replaced
{
    Done,

    /// <summary>There is no such thing any more.</summary>
    Unknown,

    /// <summary>Somebody else changed it since it was read; nothing was written.</summary>
    Changed,
}
