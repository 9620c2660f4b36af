using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Token;

namespace IdentityProvider.Protocol.Tokens;

/// <summary>ID tokens (OpenID Connect Core §2, §3.1.3.6). They say how someone signed in; who they are is UserInfo's to say (§5.4), but for what was asked for here by name (§5.5).</summary>
public static class IdToken
{
    /// <summary>The <c>typ</c>: no other token of ours has it.</summary>
    public const string Typ = "JWT";

    /// <summary>It is read once, at the exchange.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(10);

    /// <summary>Signs one.</summary>
    /// <param name="plan">What a grant's rules allowed.</param>
    /// <param name="key">The active key of the client's algorithm.</param>
    /// <param name="issuer">Our identifier.</param>
    /// <param name="accessToken">The access token of the same answer, for <c>at_hash</c>.</param>
    public static string Sign(IdTokenPlan plan, SigningKey key, string issuer, string accessToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return JwtWriter.Sign(key, Typ, new State(plan, issuer, accessToken), static (claims, state) => Write(claims, state));
    }

    private static void Write(Utf8JsonWriter claims, State state)
    {
        var family = state.Plan.Family;
        claims.WriteString("iss", state.Issuer);
        claims.WriteString("sub", family.Subject);
        claims.WriteString("aud", state.Plan.Client.ClientId);
        claims.WriteNumber("exp", NumericDate.From(state.Plan.IssuedAt + Lifetime));
        claims.WriteNumber("iat", NumericDate.From(state.Plan.IssuedAt));
        claims.WriteNumber("auth_time", NumericDate.From(family.AuthTime));
        if (state.Plan.Nonce is not null)
            claims.WriteString("nonce", state.Plan.Nonce);
        if (family.Acr is not null)
            claims.WriteString("acr", family.Acr);
        if (family.Amr.Count > 0)
            WriteAmr(claims, family.Amr);
        if (state.Plan.SessionId is { } sessionId)
            claims.WriteString("sid", sessionId.ToString("N"));
        if (state.Plan.AuthReqId is { } authReqId)
            claims.WriteString("urn:openid:params:jwt:claim:auth_req_id", authReqId);
        WriteAccessTokenHash(claims, state.AccessToken);
        var names = PersonClaims.Write(claims, state.Plan.User, ScopeSet.Empty, family.ClaimsFor(state.Plan.Client).IdToken);
        state.Plan.Client.IdTokenClaims.WriteTo(claims, state.Plan.User, family.Scope.Intersect(state.Plan.Client.Scope), names, int.MaxValue);
    }

    private static void WriteAmr(Utf8JsonWriter claims, IReadOnlyList<string> amr)
    {
        claims.WriteStartArray("amr");
        foreach (var method in amr)
            claims.WriteStringValue(method);
        claims.WriteEndArray();
    }

    // The left half of the SHA-256, the digest of every algorithm that we sign with (Core §3.1.3.6).
    private static void WriteAccessTokenHash(Utf8JsonWriter claims, string accessToken)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.ASCII.GetBytes(accessToken), hash);
        Span<byte> text = stackalloc byte[Base64Url.GetEncodedLength(SHA256.HashSizeInBytes / 2)];
        Base64Url.EncodeToUtf8(hash[..(SHA256.HashSizeInBytes / 2)], text);
        claims.WriteString("at_hash"u8, text);
    }

    private readonly record struct State(IdTokenPlan Plan, string Issuer, string AccessToken);
}
