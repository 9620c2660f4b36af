using System.Text;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Introspection;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace IdentityProvider.Server.Endpoints.Introspection;

/// <summary>The two shapes of an answer: JSON (RFC 7662 §2.2), and a signed JWT for who asks for one by <c>Accept</c> (RFC 9701).</summary>
internal sealed class IntrospectionAnswers(KeyRing keys, Settings settings)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly MediaTypeHeaderValue Jwt = new(SignedIntrospectionResponse.MediaType);

    public async Task SendAsync(HttpContext http, AuthenticatedClient client, IntrospectionResponse? response, DateTimeOffset now)
    {
        http.Response.Headers.Vary = HeaderNames.Accept;
        if (!WantsJwt(http.Request.GetTypedHeaders()))
        {
            await JsonBody.SendAsync(http, response, IntrospectionResponse.Write);
            return;
        }

        var key = await keys.ActiveAsync(client.Client.IntrospectionSignedResponseAlg, http.RequestAborted);
        var jwt = Encoding.ASCII.GetBytes(SignedIntrospectionResponse.Sign(response, key, settings.Issuer, client, now));
        OAuthResults.NoStore(http.Response);
        http.Response.ContentType = SignedIntrospectionResponse.MediaType;
        http.Response.ContentLength = jwt.Length;
        await http.Response.Body.WriteAsync(jwt, http.RequestAborted);
    }

    /// <summary>Who names the JWT and likes nothing better gets it; a wildcard is no wish for one (RFC 9701 §4, RFC 9110 §12.5.1).</summary>
    private static bool WantsJwt(RequestHeaders headers)
    {
        var named = headers.Accept.FirstOrDefault(range => range.MediaType.Equals(Jwt.MediaType, StringComparison.OrdinalIgnoreCase));
        return named is not null && QualityOf(named) is > 0 and var wish && wish >= JsonQuality(headers.Accept);
    }

    // The most specific range that covers JSON says how welcome it is.
    private static double JsonQuality(IList<MediaTypeHeaderValue> accepted) =>
        accepted.Where(Json.IsSubsetOf)
            .OrderBy(range => range.MatchesAllTypes).ThenBy(range => range.MatchesAllSubTypes)
            .Select(QualityOf)
            .FirstOrDefault();

    private static double QualityOf(MediaTypeHeaderValue range) => range.Quality ?? 1;
}
