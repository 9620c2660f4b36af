using System.Text.Json;
using IdentityProvider.Jose;

namespace IdentityProvider.Verifier;

/// <summary>An access token that passed every check (RFC 9068 §2.2). Made by the verifier alone.</summary>
public sealed class VerifiedToken
{
    private readonly JwtVerification.Verified _jwt;
    private string[]? _scopes;

    internal VerifiedToken(JwtVerification.Verified jwt) => _jwt = jwt;

    /// <summary><c>sub</c>: the user, or the client itself when it acts on its own behalf.</summary>
    public string Subject => Text("sub")!;

    /// <summary><c>client_id</c>: the app that asks.</summary>
    public string ClientId => Text("client_id")!;

    /// <summary><c>jti</c>: names the token in a log without giving it away.</summary>
    public string Jti => Text("jti")!;

    /// <summary>The scopes of <c>scope</c>, in the token's order; empty when there is none.</summary>
    public IReadOnlyList<string> Scopes => _scopes ??= Text("scope")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary><c>exp</c>, to the second.</summary>
    public DateTimeOffset ExpiresAt => Moment("exp")!.Value;

    /// <summary><c>auth_time</c>: when the user signed in; null for a client's own token.</summary>
    public DateTimeOffset? AuthTime => Moment("auth_time");

    /// <summary><c>acr</c>: the class of the sign-in, where the issuer says one.</summary>
    public string? Acr => Text("acr");

    /// <summary>All claims, one JSON object.</summary>
    public JsonElement Claims => _jwt.Claims;

    /// <summary>Whether the token has this scope, compared exactly (RFC 6749 §3.3).</summary>
    public bool HasScope(string scope) => Scopes.Contains(scope, StringComparer.Ordinal);

    /// <summary>InsufficientScope when one of these is missing (RFC 6750 §3.1), or null.</summary>
    public VerifierRefusal? RequireScope(params IReadOnlyList<string> scopes) => scopes.All(HasScope) ? null : VerifierRefusal.InsufficientScope;

    internal SignatureAlgorithm Algorithm => _jwt.Header.Algorithm;

    private string? Text(string claim) => _jwt.StringOrNull(claim);

    // A date beyond what DateTimeOffset can say reads as none: exp was compared as a number before, so none is no gift.
    private DateTimeOffset? Moment(string claim)
    {
        if (!_jwt.Claims.TryGetProperty(claim, out var date) || date.ValueKind is not JsonValueKind.Number || !date.TryGetDouble(out var seconds)) return null;
        var latest = DateTimeOffset.MaxValue.ToUnixTimeSeconds();
        return seconds < 0 ? null : DateTimeOffset.FromUnixTimeSeconds(seconds >= latest ? latest : (long)seconds);
    }
}
