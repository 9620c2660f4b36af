using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.RichAuthorization;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Protocol.Introspection;

/// <summary>What is said of an active token (RFC 7662 §2.2). Made by <see cref="IntrospectionRules"/> alone.</summary>
public sealed class IntrospectionResponse
{
    private static readonly IReadOnlySet<string> NoNames = new HashSet<string>();

    internal IntrospectionResponse()
    {
    }

    public string Issuer { get; internal init; } = "";

    public string ClientId { get; internal init; } = "";

    public string Subject { get; internal init; } = "";

    /// <summary>Only where the token's scope tells who the person is anyway (§5).</summary>
    public string? Username { get; internal init; }

    public ScopeSet Scope { get; internal init; } = ScopeSet.Empty;

    /// <summary>RFC 9396 §9.2.</summary>
    public AuthorizationDetails Details { get; internal init; } = AuthorizationDetails.None;

    public IReadOnlyList<string> Audience { get; internal init; } = [];

    /// <summary>RFC 6749 §7.1's type; null for a refresh token, which has none.</summary>
    public string? TokenType { get; internal init; }

    /// <summary>What the token is bound to (RFC 9449 §6.2, RFC 8705 §3.2): the API checks it.</summary>
    public Confirmation? Confirmation { get; internal init; }

    public DateTimeOffset IssuedAt { get; internal init; }

    public DateTimeOffset ExpiresAt { get; internal init; }

    public string? Jti { get; internal init; }

    public DateTimeOffset? AuthTime { get; internal init; }

    public string? Acr { get; internal init; }

    /// <summary>Who acts for the subject (RFC 8693 §4.1).</summary>
    public Actor? Actor { get; internal init; }

    /// <summary>Whose token it is, as they are now.</summary>
    internal UserClaims? User { get; init; }

    /// <summary>The APIs that are told of them what their operator says (§2.2).</summary>
    internal IReadOnlyList<Resource> Apis { get; init; } = [];

    /// <summary>Writes the answer about a token that is active, or the one answer about all others.</summary>
    public static void Write(Utf8JsonWriter json, IntrospectionResponse? response)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteBoolean("active", response is not null);
        response?.WriteMembers(json);
        json.WriteEndObject();
    }

    private void WriteMembers(Utf8JsonWriter json)
    {
        if (Scope.Count > 0)
            json.WriteString("scope", Scope.ToString());
        if (!Details.IsEmpty)
        {
            json.WritePropertyName("authorization_details");
            Details.WriteTo(json);
        }

        json.WriteString("client_id", ClientId);
        if (Username is not null)
            json.WriteString("username", Username);
        if (TokenType is not null)
            json.WriteString("token_type", TokenType);
        json.WriteNumber("exp", NumericDate.From(ExpiresAt));
        json.WriteNumber("iat", NumericDate.From(IssuedAt));
        json.WriteNumber("nbf", NumericDate.From(IssuedAt));
        json.WriteString("sub", Subject);
        WriteAudience(json);
        json.WriteString("iss", Issuer);
        if (Jti is not null)
            json.WriteString("jti", Jti);
        if (AuthTime is { } authTime)
            json.WriteNumber("auth_time", NumericDate.From(authTime));
        if (Acr is not null)
            json.WriteString("acr", Acr);
        Confirmation?.WriteTo(json);
        if (Actor is not null)
        {
            json.WritePropertyName("act");
            Actor.WriteTo(json);
        }

        // A token is for one API; none of these names is one that stands here already.
        if (User is not null && Apis is [var api, ..])
            api.Claims.WriteTo(json, User, Scope, NoNames, ClaimMapping.LargestInAccessToken);
    }

    private void WriteAudience(Utf8JsonWriter json)
    {
        if (Audience.Count == 1)
        {
            json.WriteString("aud", Audience[0]);
            return;
        }

        json.WriteStartArray("aud");
        foreach (var name in Audience)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }
}
