namespace IdentityProvider.Verifier.Rules;

/// <summary>How far a document that we hold may be trusted.</summary>
internal enum Freshness
{
    /// <summary>Use it.</summary>
    Fresh,

    /// <summary>Use it, and fetch it again in the background.</summary>
    Stale,

    /// <summary>Wait for a new one; use it if none can be got.</summary>
    Overdue,

    /// <summary>Beyond its bound: never use it.</summary>
    Gone,
}
