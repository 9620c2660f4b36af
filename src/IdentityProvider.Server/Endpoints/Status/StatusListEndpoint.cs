using System.Globalization;
using System.Text.Json;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Status;

namespace IdentityProvider.Server.Endpoints.Status;

/// <summary>
/// <c>GET /status/{list}</c> and the lists' aggregation (draft-ietf-oauth-status-list, "Status List Request", "Status List Aggregation"). For
/// anyone, and for caches: a list says nothing but bits.
/// </summary>
internal sealed class StatusListEndpoint(PublishedStatusLists lists, Settings settings)
{
    public async Task HandleAsync(HttpContext http)
    {
        // 1. Only what is now: a list of the past is not kept ("Historical Resolution").
        if (http.Request.QueryString.HasValue && RequestParameters.ReadQuery(http).Try(out var query, out _) && query["time"] is not null)
        {
            http.Response.StatusCode = StatusCodes.Status501NotImplemented;
            return;
        }

        // 2. A list that isn't there, or whose tokens have all expired.
        var list = int.Parse((string)http.Request.RouteValues["list"]!, CultureInfo.InvariantCulture);
        if (await lists.FindAsync(list, http.RequestAborted) is not { } document)
        {
            http.Response.Headers.AccessControlAllowOrigin = "*";
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await document.WriteAsync(http);
    }

    public async Task HandleAggregationAsync(HttpContext http)
    {
        var document = new MemoryStream();
        await using (var json = new Utf8JsonWriter(document))
        {
            json.WriteStartObject();
            json.WriteStartArray("status_lists");
            foreach (var list in lists.Numbers)
                json.WriteStringValue(StatusReference.UriOf(settings.Issuer, list));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        await new PublicDocument(document.ToArray(), "application/json", StatusListToken.SignedFor).WriteAsync(http);
    }
}
