using System.Text.Json.Nodes;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>What the Admin API answers.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The document; null for none.</param>
internal sealed record AdminAnswer(int Status, JsonNode? Body)
{
    /// <summary>The version of what is shown (RFC 9110 §8.8.3).</summary>
    public string? Tag { get; init; }

    /// <summary>Where what was made stands: a path below the API.</summary>
    public string? Location { get; init; }

    /// <summary>Why it was not done; null where it was.</summary>
    public Fault? Fault { get; init; }

    /// <summary>Writes it line by line, each by what it is given; null where it is one document.</summary>
    public Func<Func<string, Task>, Task>? Lines { get; init; }

    /// <summary>What is worth a second thought.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The media type of lines of JSON.</summary>
    public const string JsonLines = "application/jsonl";

    /// <summary>Done, and nothing more to say.</summary>
    public static AdminAnswer Nothing { get; } = new(StatusCodes.Status204NoContent, null);

    public static implicit operator AdminAnswer(Fault fault) => new(StatusOf(fault.Kind), null) { Fault = fault };

    public static AdminAnswer Of(JsonNode body, string? tag = null) => new(StatusCodes.Status200OK, body) { Tag = tag };

    public static AdminAnswer Made(JsonNode body, string? location, string? tag = null) => new(StatusCodes.Status201Created, body) { Location = location, Tag = tag };

    /// <summary>What was found or made; why not, otherwise.</summary>
    /// <param name="asked">What an operation is asked for.</param>
    /// <param name="answer">What is said of it.</param>
    public static async Task<AdminAnswer> OfAsync<T>(Task<Operated<T>> asked, Func<T, AdminAnswer> answer)
        where T : notnull
    {
        var operated = await asked;
        return operated.Try(out var done, out var fault) ? answer(done) with { Warnings = operated.Warnings } : fault;
    }

    /// <summary>The same of what nothing more is said of.</summary>
    public static Task<AdminAnswer> DoneAsync<T>(Task<Operated<T>> asked)
        where T : notnull => OfAsync(asked, _ => Nothing);

    /// <summary>RFC 9110 §15.5.</summary>
    public static int StatusOf(FaultKind kind) => kind switch
    {
        FaultKind.Unknown => StatusCodes.Status404NotFound,
        FaultKind.Conflict => StatusCodes.Status409Conflict,
        FaultKind.Changed => StatusCodes.Status412PreconditionFailed,
        FaultKind.Forbidden => StatusCodes.Status403Forbidden,
        _ => StatusCodes.Status422UnprocessableEntity,
    };
}
