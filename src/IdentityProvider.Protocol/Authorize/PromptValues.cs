namespace IdentityProvider.Protocol.Authorize;

/// <summary>What <c>prompt</c> asks for (OpenID Connect Core §3.1.2.1). <see cref="None"/> stands alone.</summary>
public sealed class PromptValues
{
    private PromptValues(ScopeSet values)
    {
        None = values.Contains("none");
        Login = values.Contains("login");
        Consent = values.Contains("consent");
        SelectAccount = values.Contains("select_account");
    }

    /// <summary>No page may be shown.</summary>
    public bool None { get; }

    /// <summary>The person must sign in again, whatever session there is.</summary>
    public bool Login { get; }

    /// <summary>The person must be asked again, whatever they agreed to before.</summary>
    public bool Consent { get; }

    /// <summary>The person must say which account they mean.</summary>
    public bool SelectAccount { get; }

    /// <summary>Reads the space-separated list; absent means that the server may do as it sees fit.</summary>
    public static Decision<PromptValues> Parse(string? text)
    {
        // 1. Only what the specification names.
        if (!ScopeSet.TryParse(text, out var values) || values.Any(v => v is not ("none" or "login" or "consent" or "select_account"))) return Refusal.PromptUnknown;

        // 2. "none" with another value is an error.
        return values.Contains("none") && values.Count > 1 ? Refusal.PromptNoneWithOthers : new PromptValues(values);
    }
}
