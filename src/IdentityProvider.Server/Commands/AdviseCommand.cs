using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Advice;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp advise</c>: the four questions of docs/choosing.md, and the settings that follow from the answers. Connects to nothing.</summary>
internal static class AdviseCommand
{
    private static readonly JsonSerializerOptions ForPeople = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Build()
    {
        var questions = new AdviceQuestions();
        var identifier = new Option<string>("--identifier")
        {
            Description = "The API's resource indicator.", HelpName = "uri", DefaultValueFactory = _ => "https://api.example.com",
        };
        var scopes = new Option<string[]>("--scope") { Description = "A scope of the API. May be repeated.", HelpName = "name", DefaultValueFactory = _ => ["api.read"] };
        var command = new Command("advise", "Ask four questions about an API and print the settings that fit it, and why. What no option answers is asked.")
        {
            identifier, scopes,
        };
        questions.AddTo(command);
        command.SetAction((parsed, cancellation) => AnswerAsync(parsed, questions, parsed.GetRequiredValue(identifier), parsed.GetRequiredValue(scopes), cancellation));
        return command;
    }

    private static async Task<int> AnswerAsync(
        ParseResult parsed, AdviceQuestions questions, string identifier, string[] scopes, CancellationToken cancellation)
    {
        var advice = AdviceRules.Decide(await questions.AskAsync(parsed, cancellation), identifier, scopes);
        var output = Root.OutputOf(parsed);
        // No server is asked, so there is no issuer that the identifier could be mistaken for.
        return ResourceMetadataRules.Decide(advice.Resource, issuer: "") is Validated<Resource>.Invalid { Error: var error }
            ? output.Refuse(error.ToString())
            : output.Say(Text(advice), Document(advice));
    }

    private static JsonObject Document(TokenAdvice advice) => new()
    {
        ["resource"] = Node(advice.Resource),
        ["checked_by"] = AdviceWords.Of(advice.Api.CheckedBy),
        ["reasons"] = new JsonArray([.. advice.Api.Reasons.Select(reason => (JsonNode)reason)]),
        ["clients"] = new JsonArray([.. advice.Clients.Select(client => new JsonObject
        {
            ["kind"] = client.Name,
            ["example"] = client.Example,
            ["metadata"] = Node(client.Metadata),
            ["reason"] = client.Reason,
        })]),
    };

    // To be read, and to be pasted: each part ends with the command that does it.
    private static string Text(TokenAdvice advice) => string.Join('\n',
    [
        $"{advice.Resource.Revocation}: tokens of {(int)advice.Api.AccessTokenLifetime.TotalMinutes} minutes, checked by {AdviceWords.Of(advice.Api.CheckedBy)}.",
        "",
        .. advice.Api.Reasons.Select(reason => $"- {reason}"),
        Creating("resources", Node(advice.Resource)),
        .. advice.Clients.SelectMany(client => new[] { "", $"{client.Name}: {client.Reason} See {client.Example}.", Creating("clients", Node(client.Metadata)) }),
    ]);

    private static string Creating(string noun, JsonNode document) => $"\nidp {noun} create --file - <<'JSON'\n{document.ToJsonString(ForPeople)}\nJSON";

    private static JsonNode Node(ResourceMetadata metadata) => JsonSerializer.SerializeToNode(metadata, ResourceMetadataJson.Default.ResourceMetadata)!;

    private static JsonNode Node(ClientMetadata metadata) => JsonSerializer.SerializeToNode(metadata, ClientMetadataJson.Default.ClientMetadata)!;
}
