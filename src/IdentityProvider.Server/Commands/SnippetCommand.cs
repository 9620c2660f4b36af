using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Integration;
using IdentityProvider.Server.Admin;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp clients snippet</c>: what a client's partner copies.</summary>
internal static class SnippetCommand
{
    public static Command Build()
    {
        var id = new Argument<string>("client_id") { Description = "The client." };
        var platform = new Option<string>("--for") { Description = $"What its partner builds with: {string.Join(", ", Platforms.Words)}.", HelpName = "platform", Required = true };
        platform.AcceptOnlyFromAmong([.. Platforms.Words]);
        var resource = new Option<string?>("--resource") { Description = "The API that it is for; the first that the client may call or ask about where none is named.", HelpName = "uri" };
        return new Command("snippet", "Print what a client's partner copies to connect with one platform (docs/integrating/). No secret is in it.") { id, platform, resource }.Does(async work =>
        {
            var written = await work.Get<SnippetOperations>().WriteAsync(
                work.Parsed.GetRequiredValue(id), Platforms.Read(work.Parsed.GetRequiredValue(platform))!.Value, work.Parsed.GetValue(resource), work.Cancellation);
            return work.Tell(written, snippet => Show(work.Output, SnippetOperations.Document(snippet)));
        }, async work =>
        {
            var api = work.Parsed.GetValue(resource) is { } named ? $"?resource={Uri.EscapeDataString(named)}" : "";
            return Show(work.Output, await work.Api.GetAsync($"/clients/{work.Part("client_id")}/snippets/{work.Part("--for")}{api}", work.Cancellation));
        });
    }

    // What is copied alone on standard output; where it is several files, each below its name.
    private static int Show(Output output, JsonObject snippet)
    {
        if (output.IsJson)
            return output.Show(snippet);
        foreach (var (name, meaning) in snippet["environment"]!.AsObject())
            output.Remark($"{name}: {meaning}");
        foreach (var note in snippet["notes"]!.AsArray())
            output.Remark((string)note!);
        var files = snippet["files"]!.AsArray();
        return output.Print(files.Count == 1 ? (string)files[0]!["text"]! : string.Join('\n', files.Select(file => $"== {file!["name"]}\n{file["text"]}")));
    }
}
