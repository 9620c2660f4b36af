using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Protocol.Introspection;

/// <summary>
/// The answer as a JWT (RFC 9701): for an API that keeps it as evidence, or lets others trust it. It has neither <c>sub</c> nor <c>exp</c> of
/// its own, so that nobody can take it for a token (§5, §8.1).
/// </summary>
public static class SignedIntrospectionResponse
{
    /// <summary>The <c>typ</c> of the header (RFC 9701 §5).</summary>
    public const string Typ = "token-introspection+jwt";

    /// <summary>Both what is asked for by <c>Accept</c> and what is answered (RFC 9701 §4, §5).</summary>
    public const string MediaType = "application/" + Typ;

    /// <summary>Signs an answer about a token that is active, or the one answer about all others.</summary>
    /// <param name="response">What the client may know; null: that it isn't active.</param>
    /// <param name="key">The active key of the algorithm that the client is registered for.</param>
    /// <param name="issuer">Our identifier.</param>
    /// <param name="client">Who asked, and for whom alone the answer is.</param>
    /// <param name="now">The moment.</param>
    public static string Sign(IntrospectionResponse? response, SigningKey key, string issuer, AuthenticatedClient client, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(client);
        return JwtWriter.Sign(key, Typ, new State(response, issuer, client.ClientId, now), static (claims, state) => Write(claims, state));
    }

    private static void Write(Utf8JsonWriter claims, State state)
    {
        claims.WriteString("iss", state.Issuer);
        claims.WriteString("aud", state.Audience);
        claims.WriteNumber("iat", NumericDate.From(state.Now));
        claims.WritePropertyName("token_introspection");
        IntrospectionResponse.Write(claims, state.Response);
    }

    private readonly record struct State(IntrospectionResponse? Response, string Issuer, string Audience, DateTimeOffset Now);
}
