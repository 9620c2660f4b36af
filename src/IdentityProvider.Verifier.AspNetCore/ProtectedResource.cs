using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Verifier.AspNetCore;

/// <summary>
/// What an API says of itself (RFC 9728 §2), so that a client which knows nothing but its address finds who gives tokens for it: a document at the
/// API's own well-known place, and the document's address in every challenge.
/// </summary>
public static class ProtectedResource
{
    private const string WellKnown = "/.well-known/oauth-protected-resource";

    /// <summary>Names the document in the challenges of a scheme (RFC 9728 §5.1).</summary>
    /// <param name="authentication">After <c>AddAccessTokens</c>.</param>
    /// <param name="resource">The API's resource identifier, a web address: the audience of its tokens.</param>
    /// <param name="scheme">The scheme's name.</param>
    public static AuthenticationBuilder NameProtectedResource(this AuthenticationBuilder authentication, string resource, string scheme = AccessTokenScheme.Name)
    {
        ArgumentNullException.ThrowIfNull(authentication);
        var address = AddressOf(resource);
        authentication.Services.Configure<AccessTokenScheme>(scheme, options => options.ResourceMetadata = address.AbsoluteUri);
        return authentication;
    }

    /// <summary>Serves the document (RFC 9728 §3), to any origin.</summary>
    /// <param name="routes">The API's.</param>
    /// <param name="resource">The API's resource identifier.</param>
    /// <param name="issuer">Who gives tokens for it.</param>
    /// <param name="name">For people; null for none.</param>
    /// <param name="scopes">The scopes that its tokens may have.</param>
    public static IEndpointConventionBuilder MapProtectedResource(this IEndpointRouteBuilder routes, string resource, string issuer, string? name = null, params string[] scopes)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        var document = Write(resource, issuer, name, scopes);
        return routes.MapGet(AddressOf(resource).AbsolutePath, http =>
        {
            http.Response.ContentType = "application/json";
            http.Response.Headers.AccessControlAllowOrigin = "*";
            return http.Response.Body.WriteAsync(document, http.RequestAborted).AsTask();
        }).AllowAnonymous();
    }

    // Between host and path (RFC 9728 §3.1).
    private static Uri AddressOf(string resource)
    {
        if (!Uri.TryCreate(resource, UriKind.Absolute, out var uri) || !(uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback)) || uri.Fragment.Length > 0 || uri.Query.Length > 0)
            throw new ArgumentException("A resource that says something of itself is at an https address (http on loopback) without query and fragment.", nameof(resource));
        return new Uri(uri.GetLeftPart(UriPartial.Authority) + WellKnown + (uri.AbsolutePath == "/" ? "" : uri.AbsolutePath));
    }

    private static byte[] Write(string resource, string issuer, string? name, string[] scopes)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("resource", resource);
            WriteArray(json, "authorization_servers", [issuer]);
            if (scopes.Length > 0) WriteArray(json, "scopes_supported", scopes);
            WriteArray(json, "bearer_methods_supported", ["header"]);
            if (name is not null) json.WriteString("resource_name", name);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteArray(Utf8JsonWriter json, string member, string[] values)
    {
        json.WriteStartArray(member);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
