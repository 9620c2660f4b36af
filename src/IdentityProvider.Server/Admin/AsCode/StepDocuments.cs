using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.AsCode;

namespace IdentityProvider.Server.Admin.AsCode;

/// <summary>Steps as every face writes them.</summary>
internal static class StepDocuments
{
    private const int LongestShown = 120;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Steps that would be taken, or were.</summary>
    public static JsonObject Of(IEnumerable<JsonObject> steps, bool isApplied) => new() { ["applied"] = isApplied, ["steps"] = new JsonArray([.. steps]) };

    /// <summary>A plan.</summary>
    public static JsonObject Of(IEnumerable<PreparedStep> steps) => Of(steps.Select(Of), isApplied: false);

    /// <summary>A step, with each member that differs before and after.</summary>
    public static JsonObject Of(PreparedStep prepared) => new()
    {
        ["action"] = prepared.Step.Action.ToString().ToLowerInvariant(),
        ["kind"] = Declared.WordOf(prepared.Step.Kind),
        ["name"] = prepared.Step.Name,
        ["changes"] = new JsonArray([.. prepared.Step.Changes.Select(change => new JsonObject
        {
            ["member"] = change.Member, ["before"] = change.Before?.DeepClone(), ["after"] = change.After?.DeepClone(),
        })]),
    };

    /// <summary>The same with what it made (RFC 7591 §3.2.1: a secret that doesn't expire says 0).</summary>
    public static JsonObject Of(PreparedStep prepared, Taken made)
    {
        var step = Of(prepared);
        if (made.Secret is { } secret)
            (step["client_secret"], step["client_secret_expires_at"]) = (secret, 0);
        return step;
    }

    /// <summary>What is planned, so that nothing else is done: of a plan that was shown and of what would be done now.</summary>
    public static string VersionOf(IEnumerable<PreparedStep> steps) => EntityTag.Of(Of(steps));

    /// <summary>A member that differs, before and after, for people.</summary>
    public static string WordsOf(MemberChange change) => WordsOf(change.Member, change.Before, change.After);

    /// <inheritdoc cref="WordsOf(MemberChange)"/>
    public static string WordsOf(string member, JsonNode? before, JsonNode? after) => $"{member}: {Short(before)} → {Short(after)}";

    /// <summary>What is worth a second thought of what is written.</summary>
    public static IEnumerable<string> WarningsOf(IEnumerable<PreparedStep> steps) =>
        steps.Where(step => step.Step.Action != ApplyAction.Delete).SelectMany(step => step.Entry.Warnings);

    private static string Short(JsonNode? value)
    {
        var text = value?.ToJsonString(Readable) ?? "none";
        return text.Length <= LongestShown ? text : text[..LongestShown] + " …";
    }
}
