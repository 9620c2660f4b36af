using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace IdentityProvider.Protocol.Admin;

/// <summary>The version of a document, as HTTP writes it (RFC 9110 §8.8.3): a hash of what it says, in whatever order a database keeps it.</summary>
public static class EntityTag
{
    /// <summary>128 bits: nobody gains by a collision but to overwrite what they may overwrite.</summary>
    private const int Length = 16;

    /// <summary>Of a document that is written whole.</summary>
    public static string Of(JsonNode document)
    {
        var text = new StringBuilder();
        Write(text, document);
        return Of(text.ToString());
    }

    /// <summary>Of a version that is stored beside it.</summary>
    public static string Of(string version) => $"\"{Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(version)).AsSpan(0, Length))}\"";

    /// <summary>Whether <c>If-Match</c> holds (RFC 9110 §13.1.1): it names the version that stands, or any. A weak tag never matches.</summary>
    /// <param name="ifMatch">The header, its lines joined.</param>
    /// <param name="current">The version that stands.</param>
    public static bool Holds(string ifMatch, string current)
    {
        ArgumentNullException.ThrowIfNull(ifMatch);
        return ifMatch.Trim() == "*" || ifMatch.Split(',').Any(tag => tag.Trim() == current);
    }

    private static void Write(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                text.Append('{');
                foreach (var (name, value) in members.OrderBy(member => member.Key, StringComparer.Ordinal))
                {
                    text.Append(JsonValue.Create(name).ToJsonString()).Append(':');
                    Write(text, value);
                    text.Append(',');
                }

                text.Append('}');
                break;
            case JsonArray items:
                text.Append('[');
                foreach (var item in items)
                {
                    Write(text, item);
                    text.Append(',');
                }

                text.Append(']');
                break;
            case null:
                text.Append("null");
                break;
            default:
                text.Append(node.ToJsonString());
                break;
        }
    }
}
