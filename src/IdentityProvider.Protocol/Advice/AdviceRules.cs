using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Protocol.Advice;

/// <summary>From the answers to the four questions to the settings. docs/choosing.md has the same table, and a test compares them.</summary>
public static class AdviceRules
{
    private static readonly TimeSpan Longest = Resource.LongestAccessTokenLifetime;

    /// <summary>How long a token may say what is no longer so, where permissions change during the day.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromMinutes(5);

    /// <summary>Decides all of it.</summary>
    /// <param name="needs">The four answers.</param>
    /// <param name="identifier">The API's resource indicator.</param>
    /// <param name="scopes">The API's scopes.</param>
    public static TokenAdvice Decide(Needs needs, string identifier, IReadOnlyList<string> scopes)
    {
        ArgumentNullException.ThrowIfNull(needs);
        var api = DecideApi(needs);
        var resource = new ResourceMetadata
        {
            Identifier = identifier,
            Scopes = [.. scopes.Select(name => new ResourceScopeMetadata(name))],
            Revocation = ResourceMetadataRules.NameOf(api.Revocation),
            AccessTokenLifetime = (int)api.AccessTokenLifetime.TotalSeconds,
        };
        return new TokenAdvice(api, resource, ClientAdviceRules.Decide(needs, api, identifier, string.Join(' ', scopes)));
    }

    /// <summary>How tokens of the API are taken back. Which clients call it decides nothing here.</summary>
    public static ApiAdvice DecideApi(Needs needs)
    {
        ArgumentNullException.ThrowIfNull(needs);
        return needs.Revocation switch
        {
            RevocationNeed.Immediate => Introspection(needs),
            RevocationNeed.Seconds => StatusList("A revocation is pushed to every verifier and refuses the token in under a second."),
            _ when needs.Permissions == PermissionChange.Hourly => StatusList(
                "Revocation could wait, permissions can't: when they change, the list marks the person's tokens as stale, and their apps refresh."),
            _ => Expiry(needs),
        };
    }

    private static ApiAdvice Introspection(Needs needs)
    {
        var isMany = needs.Verifiers == VerifierCount.Many;
        var reasons = new List<string>
        {
            "Only who asks at every call knows at every call: the answer agrees with a revocation from the moment that it was answered, on every node.",
            "It costs a call to the issuer for each call to the API, and when the issuer is away no token is accepted.",
            isMany
                ? "With many services a gateway asks once for all of them, so that there is one call, and one client that may ask."
                : "Each service asks by itself, as a client of its own that may ask about this API's tokens alone.",
        };
        if (needs.Permissions == PermissionChange.Rarely)
            return new(RevocationStyle.Introspection, Longest, isMany ? Checkpoint.Gateway : Checkpoint.EachService, reasons);

        reasons.Add("What a token allows was decided when it was issued: five minutes bound how old that may be.");
        return new(RevocationStyle.Introspection, Short, isMany ? Checkpoint.Gateway : Checkpoint.EachService, reasons);
    }

    private static ApiAdvice StatusList(string reason) => new(
        RevocationStyle.StatusList,
        Longest,
        Checkpoint.EachService,
        [
            reason,
            "Each service verifies by itself, with no call for a token: a signature, and a bit of a list that it holds.",
            "When the issuer is away, tokens go on working for a bounded time by the last list.",
        ]);

    private static ApiAdvice Expiry(Needs needs)
    {
        var isRare = needs.Permissions == PermissionChange.Rarely;
        return new(
            RevocationStyle.Expiry,
            isRare ? Longest : Short,
            Checkpoint.EachService,
            [
                isRare
                    ? "A token that may live out its fifteen minutes needs no look-up at all: any JWT library verifies it with the published keys."
                    : "Permissions change during the day: a token of five minutes is soon one that knows, and any JWT library verifies it with the published keys.",
                "A revocation stops refresh, UserInfo and introspection at once; what the app already holds works until it expires.",
            ]);
    }
}
