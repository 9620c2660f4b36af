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
        Create = values.Contains("create");
    }

    /// <summary>No page may be shown.</summary>
    public bool None { get; }

    /// <summary>The person must sign in again, whatever session there is.</summary>
    public bool Login { get; }

    /// <summary>The person must be asked again, whatever they agreed to before.</summary>
    public bool Consent { get; }

    /// <summary>The person must say which account they mean.</summary>
    public bool SelectAccount { get; }

    /// <summary>The person should make an account (Initiating User Registration via OpenID Connect 1.0 §4).</summary>
    public bool Create { get; }

    /// <summary>Reads the space-separated list; absent means that the server may do as it sees fit.</summary>
    /// <param name="text">The parameter.</param>
    /// <param name="offersAccounts">Whether anyone may make an account here: else <c>create</c> is unknown (§4.1 there).</param>
    public static Decision<PromptValues> Parse(string? text, bool offersAccounts = false)
    {
        // 1. Only what the specifications name, and metadata.
        if (!ScopeSet.TryParse(text, out var values) || values.Any(v => v is not ("none" or "login" or "consent" or "select_account") && !(v is "create" && offersAccounts)))
            return Refusal.PromptUnknown;

        // 2. "none" with another value is an error.
        return values.Contains("none") && values.Count > 1 ? Refusal.PromptNoneWithOthers : new PromptValues(values);
    }
}
