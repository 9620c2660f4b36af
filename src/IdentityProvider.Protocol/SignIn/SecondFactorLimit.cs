namespace IdentityProvider.Protocol.SignIn;

/// <summary>
/// How often a second factor may be tried: a few times at once, and then after waits that grow, since six digits are soon guessed otherwise (RFC 4226
/// §7.3; NIST SP 800-63B §3.2.2). Only who proved the first factor gets here.
/// </summary>
public static class SecondFactorLimit
{
    /// <summary>Wrong ones in a row that cost nothing.</summary>
    public const int Free = 5;

    public static TimeSpan Shortest { get; } = TimeSpan.FromMinutes(1);

    /// <summary>With three codes good at a time, one try a day is right once in nine hundred years.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(1);

    /// <summary>When the next try is allowed; null for at once.</summary>
    /// <param name="failures">Wrong ones in a row.</param>
    /// <param name="now">The moment of the last.</param>
    public static DateTimeOffset? NextTryAt(int failures, DateTimeOffset now)
    {
        if (failures < Free)
            return null;
        var doublings = Math.Min(failures - Free, 20);
        var wait = Shortest * Math.Pow(2, doublings);
        return now + (wait < Longest ? wait : Longest);
    }
}
