namespace IdentityProvider.Verifier.Rules;

/// <summary>What would make a decision better.</summary>
internal enum Need
{
    /// <summary>Nothing: it stands.</summary>
    None,

    /// <summary>A newer document, some time soon; the decision stands.</summary>
    Soon,

    /// <summary>A newer document before the decision, if one can be got.</summary>
    Now,

    /// <summary>A key set that has the token's <c>kid</c>, if we didn't look for one just before.</summary>
    Kid,
}

/// <summary>
/// What the rules say with what is held: always an outcome, and beside it what to fetch for a better one. The shell fetches and asks again,
/// or takes the outcome: fresh values, last-known-good values or a refusal are so one rule.
/// </summary>
internal readonly record struct Decision(TokenVerification Outcome, Need Keys, Need List = Need.None, string? ListUri = null, StatusList? Held = null);
