namespace IdentityProvider.Protocol.Diagnosis;

/// <summary>How bad a finding is.</summary>
public enum Severity
{
    /// <summary>As it should be.</summary>
    Fine,

    /// <summary>Works, and is worth a look: it will not for ever, or is weaker than it could be.</summary>
    Warning,

    /// <summary>Somebody is refused or at risk because of it.</summary>
    Problem,
}

/// <summary>What one check of an installation found.</summary>
/// <param name="Check">What was looked at, in one word.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="What">What was found, in a sentence.</param>
/// <param name="Remedy">What to do about it; null where nothing is.</param>
public sealed record Finding(string Check, Severity Severity, string What, string? Remedy = null)
{
    public static Finding Fine(string check, string what) => new(check, Severity.Fine, what);

    public static Finding Warning(string check, string what, string remedy) => new(check, Severity.Warning, what, remedy);

    public static Finding Problem(string check, string what, string remedy) => new(check, Severity.Problem, what, remedy);
}
