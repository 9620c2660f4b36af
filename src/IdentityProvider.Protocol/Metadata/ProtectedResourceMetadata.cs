using System.Text.Json;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Protocol.Metadata;

/// <summary>
/// What an API says of itself (RFC 9728 §2), so that a client which knows nothing but its address finds who gives tokens for it. An API serves it at
/// its own well-known place; this server's own API is UserInfo.
/// </summary>
public static class ProtectedResourceMetadata
{
    /// <summary>Between host and path of the resource's identifier (RFC 9728 §3).</summary>
    public const string WellKnown = "/.well-known/oauth-protected-resource";

    /// <summary>The document of a registered API, as UTF-8 JSON.</summary>
    public static byte[] Write(string issuer, Resource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return Write(issuer, resource.Identifier, resource.Name, resource.ScopeNames, ["header"]);
    }

    /// <summary>The document of UserInfo: tokens for it name the issuer as their audience.</summary>
    public static byte[] WriteOwn(string issuer) => Write(issuer, issuer, "UserInfo", ScopeSet.Identity, ["header", "body"]);

    /// <summary>The address where an API of this identifier serves its document (RFC 9728 §3.1); null where the identifier is no web address.</summary>
    public static string? AddressOf(string identifier) =>
        WebUris.IsSecure(identifier) && new Uri(identifier) is var uri
            ? uri.GetLeftPart(UriPartial.Authority) + WellKnown + (uri.AbsolutePath == "/" ? "" : uri.AbsolutePath) + uri.Query
            : null;

    private static byte[] Write(string issuer, string resource, string name, ScopeSet scopes, string[] methods)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("resource", resource);
            WriteArray(json, "authorization_servers", [issuer]);
            if (scopes.Count > 0)
                WriteArray(json, "scopes_supported", scopes);
            WriteArray(json, "bearer_methods_supported", methods);
            json.WriteString("resource_name", name);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteArray(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
