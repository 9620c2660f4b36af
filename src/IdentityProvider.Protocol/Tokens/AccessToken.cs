using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Protocol.Token;

namespace IdentityProvider.Protocol.Tokens;

/// <summary>
/// Access tokens as JWTs (RFC 9068): small, and nothing personal. The session's identifier is left to the ID token: an API learns of a
/// sign-out by the token's status, and the bytes go with every call.
/// </summary>
public static class AccessToken
{
    /// <summary>The <c>typ</c> that keeps them from being taken for anything else (RFC 9068 §2.1).</summary>
    public const string Typ = "at+jwt";

    private static readonly HashSet<string> NoNames = [];

    /// <summary>Signs one.</summary>
    /// <param name="plan">What a grant's rules allowed.</param>
    /// <param name="key">The active key of the target's algorithm.</param>
    /// <param name="issuer">Our identifier.</param>
    /// <param name="jti">Made by <see cref="TokenIdentifier"/>.</param>
    /// <param name="status">Where its status stands; null for an API whose tokens live until they expire.</param>
    public static string Sign(AccessTokenPlan plan, SigningKey key, string issuer, string jti, StatusReference? status = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return JwtWriter.Sign(key, Typ, new State(plan, issuer, jti, status), static (claims, state) => Write(claims, state));
    }

    /// <summary>The same claims for a token that is sealed instead of signed: name and value pairs.</summary>
    internal static void WriteClaims(Utf8JsonWriter claims, AccessTokenPlan plan, string issuer, string jti) =>
        Write(claims, new State(plan, issuer, jti, null));

    private static void Write(Utf8JsonWriter claims, State state)
    {
        var plan = state.Plan;
        claims.WriteString("iss", state.Issuer);
        claims.WriteString("sub", plan.Family is null ? plan.Client.ClientId : plan.Family.Subject);
        WriteAudience(claims, plan, state.Issuer);
        claims.WriteString("client_id", plan.Client.ClientId);
        if (plan.Scope.Count > 0)
            claims.WriteString("scope", plan.Scope.ToString());
        if (!plan.Details.IsEmpty)
        {
            claims.WritePropertyName("authorization_details"); // RFC 9396 §9.1
            plan.Details.WriteTo(claims);
        }

        claims.WriteNumber("iat", NumericDate.From(plan.IssuedAt));
        claims.WriteNumber("exp", NumericDate.From(plan.ExpiresAt));
        claims.WriteString("jti", state.Jti);
        plan.Confirmation?.WriteTo(claims);
        if (state.Status is { } status)
            WriteStatus(claims, status, state.Issuer);
        if (plan.Actor is { } actor)
        {
            claims.WritePropertyName("act");
            actor.WriteTo(claims);
        }

        if (plan.Family is not { } family)
            return;

        // How and when the person signed in (RFC 9068 §2.2.1), for APIs that ask for a fresh or a stronger sign-in (RFC 9470).
        if (family.AuthTime != TokenFamily.UnknownAuthTime)
            claims.WriteNumber("auth_time", NumericDate.From(family.AuthTime));
        if (family.Acr is not null)
            claims.WriteString("acr", family.Acr);

        // What the operator adds for this API, of who signed in (RFC 9068 §2.2.2, §2.2.3).
        if (plan is { User: { } user, Target.Resource: { Claims.IsEmpty: false } api })
            api.Claims.WriteTo(claims, user, plan.Scope, NoNames, ClaimMapping.LargestInAccessToken);
    }

    // The API; this server beside it where UserInfo is to accept the token too; alone where there is no API.
    private static void WriteAudience(Utf8JsonWriter claims, AccessTokenPlan plan, string issuer)
    {
        var resource = plan.Target.Resource?.Identifier;
        if (resource is null || !plan.Scope.Contains(ScopeSet.OpenId))
        {
            claims.WriteString("aud", resource ?? issuer);
            return;
        }

        claims.WriteStartArray("aud");
        claims.WriteStringValue(resource);
        claims.WriteStringValue(issuer);
        claims.WriteEndArray();
    }

    // draft-ietf-oauth-status-list, "Referenced Token in JOSE".
    private static void WriteStatus(Utf8JsonWriter claims, StatusReference status, string issuer)
    {
        claims.WriteStartObject("status");
        claims.WriteStartObject("status_list");
        claims.WriteNumber("idx", status.Index);
        claims.WriteString("uri", StatusReference.UriOf(issuer, status.List));
        claims.WriteEndObject();
        claims.WriteEndObject();
    }

    private readonly record struct State(AccessTokenPlan Plan, string Issuer, string Jti, StatusReference? Status);
}
