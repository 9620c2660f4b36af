using System.Text.Json;
using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Protocol.UserInfo;

/// <summary>What UserInfo says of a person to whom a token gives it. Made by <see cref="UserInfoRules.Decide"/> alone.</summary>
public sealed class UserInfoResponse
{
    private readonly UserClaims _user;
    private readonly TokenFamily _family;
    private readonly ScopeSet _scope;

    internal UserInfoResponse(Client client, UserClaims user, TokenFamily family, ScopeSet scope)
    {
        Client = client;
        _user = user;
        _family = family;
        _scope = scope;
    }

    /// <summary>Who asks.</summary>
    public Client Client { get; }

    /// <summary>Writes the JSON object of OpenID Connect Core §5.3.2; a claim that isn't known is left out.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        WriteMembers(json);
        json.WriteEndObject();
    }

    /// <summary>The same inside an object.</summary>
    internal void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("sub", _family.Subject);
        var names = PersonClaims.Write(json, _user, _scope, _family.ClaimsFor(Client).UserInfo);
        Client.UserInfoClaims.WriteTo(json, _user, _scope, names, int.MaxValue);
    }
}

/// <summary>The UserInfo endpoint (OpenID Connect Core §5.3, RFC 6750 §3.1).</summary>
public static class UserInfoRules
{
    /// <param name="token">A token that verified.</param>
    /// <param name="issuer">Our identifier.</param>
    /// <param name="facts">What is stored.</param>
    /// <param name="now">The moment.</param>
    public static Decision<UserInfoResponse> Decide(VerifiedAccessToken token, string issuer, AccessTokenFacts facts, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(facts);

        // 1. The token is for this server too (RFC 9068 §4).
        if (!token.Audience.Contains(issuer, StringComparer.Ordinal))
            return Refusal.BearerTokenForAnotherAudience;

        // 2. It stands.
        if (AccessTokenRules.RefuseRevoked(token, facts, now) is { } revoked)
            return revoked;

        // 3. It came of an OpenID Connect request (Core §5.3), by a person.
        return !token.Scope.Contains(ScopeSet.OpenId) || facts is not { Client: { } client, User: { } user, Family: { } family }
            ? Refusal.BearerTokenScopeInsufficient
            : new UserInfoResponse(client, user, family, token.Scope);
    }
}
