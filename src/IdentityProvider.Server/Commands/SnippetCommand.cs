using System.CommandLine;
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
            return work.Tell(written, snippet => Root.IsJson(work.Parsed) ? work.Output.Show(SnippetOperations.Document(snippet)) : Show(work.Output, snippet));
        });
    }

    // What is copied alone on standard output; where it is several files, each below its name.
    private static int Show(Output output, Snippet snippet)
    {
        foreach (var variable in snippet.Environment)
            output.Remark($"{variable.Name}: {variable.Meaning}");
        foreach (var note in snippet.Notes)
            output.Remark(note);
        return output.Print(snippet.Files.Count == 1 ? snippet.Files[0].Text : string.Join('\n', snippet.Files.Select(file => $"== {file.Name}\n{file.Text}")));
    }
}
