namespace IdentityProvider.Protocol.Authorize;

/// <summary>
/// What the client gets: a code or an error, with <c>state</c> and <c>iss</c> beside it (RFC 6749 §4.1.2, §4.1.2.1, RFC 9207 §2). Made for a
/// <see cref="Authorize.ReturnAddress"/> alone, so that it can go nowhere else.
/// </summary>
public sealed class AuthorizationAnswer
{
    private AuthorizationAnswer(ReturnAddress returnAddress, IReadOnlyList<(string Name, string Value)> parameters)
    {
        ReturnAddress = returnAddress;
        Parameters = parameters;
    }

    private AuthorizationAnswer(ReturnAddress returnAddress, string issuer, params IEnumerable<(string Name, string Value)> parameters)
        : this(returnAddress, [.. parameters, .. returnAddress.State is { } state ? [("state", state)] : Array.Empty<(string, string)>(), ("iss", issuer)])
    {
    }

    public ReturnAddress ReturnAddress { get; }

    /// <summary>Names and values, not encoded.</summary>
    public IReadOnlyList<(string Name, string Value)> Parameters { get; }

    /// <summary>The redirect URI with the parameters in its query, its own kept (RFC 6749 §4.1.2).</summary>
    public string Location
    {
        get
        {
            var uri = ReturnAddress.RedirectUri.Value;
            var separator = !uri.Contains('?', StringComparison.Ordinal) ? "?" : uri[^1] is '?' or '&' ? "" : "&";
            return uri + separator + string.Join('&', Parameters.Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value)}"));
        }
    }

    /// <summary>The answer to a request that was allowed.</summary>
    /// <param name="returnAddress">Where it goes.</param>
    /// <param name="code">What the client redeems.</param>
    /// <param name="sessionState"><c>session_state</c> (Session Management 1.0 §2), or null for none.</param>
    /// <param name="issuer">Our identifier.</param>
    public static AuthorizationAnswer Code(ReturnAddress returnAddress, string code, string? sessionState, string issuer) =>
        new(returnAddress, issuer, [("code", code), .. sessionState is null ? Array.Empty<(string, string)>() : [("session_state", sessionState)]]);

    public static AuthorizationAnswer Error(ReturnAddress returnAddress, Refusal reason, string issuer)
    {
        var answer = Refusals.Of(reason);
        return new(returnAddress, issuer, ("error", answer.Error), ("error_description", answer.Description));
    }

    /// <summary>The same with this parameter alone.</summary>
    internal AuthorizationAnswer Only(string name, string value) => new(ReturnAddress, [(name, value)]);
}
