using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.UserInfo;

/// <summary>UserInfo's answer as a JWT (OpenID Connect Core §5.3.2): for the client alone, and no token, so that nothing takes it for one.</summary>
public static class UserInfoToken
{
    /// <summary>The <c>typ</c>: no other token of ours has it.</summary>
    public const string Typ = "userinfo+jwt";

    /// <summary>The media type of the answer, signed or encrypted too (§5.3.2).</summary>
    public const string MediaType = "application/jwt";

    /// <summary>Signs one.</summary>
    /// <param name="response">What is said.</param>
    /// <param name="key">The active key of the algorithm that the client is registered for.</param>
    /// <param name="issuer">Our identifier.</param>
    public static string Sign(UserInfoResponse response, SigningKey key, string issuer)
    {
        ArgumentNullException.ThrowIfNull(response);
        return JwtWriter.Sign(key, Typ, (response, issuer), static (claims, state) =>
        {
            claims.WriteString("iss", state.issuer);
            claims.WriteString("aud", state.response.Client.ClientId);
            state.response.WriteMembers(claims);
        });
    }
}
