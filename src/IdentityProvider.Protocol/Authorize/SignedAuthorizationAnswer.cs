using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Authorize;

/// <summary>
/// The answer as a JWT that we sign (JARM §2.1): nothing of it can be changed, exchanged or replayed at another client on its way through the
/// browser. It has neither <c>sub</c> nor <c>iat</c>, without which it is no ID token.
/// </summary>
public static class SignedAuthorizationAnswer
{
    /// <summary>JARM names no <c>typ</c>, and libraries expect what a JWT has where nothing is said.</summary>
    public const string Typ = "JWT";

    /// <summary>How long the browser may take to bring it (JARM §2.1: 10 minutes at most); a code lives shorter.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(2);

    /// <summary>The answer with all its parameters in one, <c>response</c> (JARM §2.3). The JWT says <c>iss</c>, so that it stands nowhere else (RFC 9207 §2).</summary>
    /// <param name="answer">What the client gets, a code or an error.</param>
    /// <param name="signing">For whom, and by which algorithm.</param>
    /// <param name="key">The active key of that algorithm.</param>
    /// <param name="now">The moment.</param>
    public static AuthorizationAnswer Sign(AuthorizationAnswer answer, ResponseSigning signing, SigningKey key, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(signing);
        var jwt = JwtWriter.Sign(key, Typ, (answer.Parameters, signing.ClientId, now + Lifetime), static (claims, said) =>
        {
            claims.WriteString("aud", said.ClientId);
            claims.WriteNumber("exp", NumericDate.From(said.Item3));
            foreach (var (name, value) in said.Parameters)
                claims.WriteString(name, value);
        });
        return answer.Only("response", jwt);
    }
}
