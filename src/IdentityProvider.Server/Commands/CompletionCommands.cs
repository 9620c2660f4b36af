using System.CommandLine;
using System.CommandLine.Completions;

namespace IdentityProvider.Server.Commands;

/// <summary>
/// <c>idp completion</c>, which prints a shell's script, and the hidden word that those scripts call: it gets the line as it was typed up to the
/// cursor, and says what may stand there, a word a line. What it says is put on a command line, so that it is never more than plain characters.
/// </summary>
internal static class CompletionCommands
{
    private const string Asking = "complete";

    public static IEnumerable<Command> Build() => [Script(), Complete()];

    /// <summary>What may stand where the line ends; nothing where the line has no word yet.</summary>
    /// <param name="line">The command line up to the cursor, with the program's own name.</param>
    public static IReadOnlyList<string> Of(string line)
    {
        var typed = line.TrimStart();
        var end = typed.IndexOfAny([' ', '\t']);
        if (end < 0)
            return [];
        var rest = typed[(end + 1)..].TrimStart();
        var word = rest[(rest.LastIndexOfAny([' ', '\t']) + 1)..];
        var found = Root.Read(rest).GetCompletions(rest.Length).Select(Text)
            .Where(text => text.StartsWith(word, StringComparison.Ordinal) && text.All(IsPlain) && !IsShort(text))
            .Distinct().Order(StringComparer.Ordinal).ToList();

        // Options only where one is begun, or where nothing else can stand.
        return word.Length == 0 && found.Any(text => text[0] != '-') ? [.. found.Where(text => text[0] != '-')] : found;
    }

    private static Command Script()
    {
        var shell = new Argument<string>("shell") { Description = "For which shell: bash, zsh, fish or pwsh." };
        shell.AcceptOnlyFromAmong([.. CompletionScripts.All.Keys]);
        var command = new Command("completion", "Print the script by which a shell completes the words of `idp`. Where it goes is said at its head.") { shell };
        command.SetAction((parsed, _) => Task.FromResult(Root.OutputOf(parsed).Print(CompletionScripts.All[parsed.GetRequiredValue(shell)], "script")));
        return command;
    }

    private static Command Complete()
    {
        var line = new Argument<string>("line") { Description = "The command line as it was typed, up to the cursor." };
        var command = new Command(Asking, "Say what may stand next on a command line; the scripts of `idp completion` ask it.") { line };
        command.Hidden = true;
        command.SetAction((parsed, _) =>
        {
            foreach (var word in Of(parsed.GetRequiredValue(line)))
                Console.Out.WriteLine(word);
            return Task.FromResult(Output.Done);
        });
        return command;
    }

    private static string Text(CompletionItem item) => item.InsertText ?? item.Label;

    // Of an option's names only the long one: -f, and /h as on Windows.
    private static bool IsShort(string text) => text is ['-' or '/', not '-'] or [] || (text[0] == '-' && !text.StartsWith("--", StringComparison.Ordinal));

    // No blank, no quote, nothing that a shell would expand or run.
    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '/' or '@' or '+' or '=' or '%' or ',';
}
