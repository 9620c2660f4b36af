using System.Buffers;

namespace IdentityProvider.Protocol.UserInfo;

/// <summary>Where a request's access token is (RFC 6750 §2): the header or a form body, never the query.</summary>
public static class BearerTokenRules
{
    private const string Bearer = "Bearer ";

    private static readonly SearchValues<char> B64Token =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=");

    /// <param name="authorization">The request's Authorization header; null where there is none.</param>
    /// <param name="form">The request's form; <see cref="Parameters.None"/> where it has none.</param>
    public static Decision<string> Read(string? authorization, Parameters form)
    {
        ArgumentNullException.ThrowIfNull(form);
        var inBody = form["access_token"];
        var inHeader = authorization is not null && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim(' ')
            : null;

        // 1. One way alone (RFC 6750 §2).
        if (inBody is not null && inHeader is not null)
            return Refusal.BearerTokenTwice;

        // 2. Some token; credentials of another scheme are none (RFC 6750 §3.1).
        if ((inBody ?? inHeader) is not { } token)
            return Refusal.BearerTokenMissing;

        // 3. In the syntax of one (RFC 6750 §2.1).
        return IsToken(token) ? token : Refusal.BearerTokenMalformed;
    }

    internal static bool IsToken(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(B64Token);
}
