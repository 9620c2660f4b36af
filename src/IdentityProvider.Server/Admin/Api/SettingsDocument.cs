using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Audit;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>The settings in force, as an operator reads them. What is or may hold a secret is only said to be there.</summary>
internal static class SettingsDocument
{
    private const int Deepest = 5;

    /// <summary>A connection string may hold a password; each of them is called so in the end.</summary>
    private const string MayHoldSecrets = "ConnectionString";

    public static JsonObject Of(Settings settings) => Of(settings, 0);

    private static JsonObject Of(object part, int depth)
    {
        var document = new JsonObject();
        foreach (var property in part.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0))
            document[property.Name] = Of(property.Name, property.GetValue(part), depth);
        return document;
    }

    // What no case names is told by its kind alone: a new sort of setting shows nothing by mistake.
    private static JsonNode? Of(string name, object? value, int depth) => value switch
    {
        null => null,
        _ when IsPart(value) => depth < Deepest ? Of(value, depth + 1) : value.GetType().Name,
        bool truth => truth,
        int number => number,
        long number => number,
        double number => number,
        TimeSpan span => span.ToString("c", CultureInfo.InvariantCulture),
        Enum word => word.ToString(),
        _ when AuditRedaction.IsSecret(name) || name.EndsWith(MayHoldSecrets, StringComparison.Ordinal) => value is "" ? "" : AuditRedaction.Redacted,
        string text => text,
        Uri address => address.ToString(),
        IEnumerable items => new JsonArray([.. items.Cast<object?>().Select(item => Of(name, item, depth + 1))]),
        _ => value.GetType().Name,
    };

    // A section of ours has parts that are looked at each by its own name, whatever its own is.
    private static bool IsPart(object value) => value is not Enum && value.GetType() is { IsClass: true, Namespace: { } place } && place.StartsWith("IdentityProvider", StringComparison.Ordinal);
}
