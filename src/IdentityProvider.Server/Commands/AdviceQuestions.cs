using System.CommandLine;
using System.CommandLine.Parsing;
using IdentityProvider.Protocol.Advice;
using Spectre.Console;

namespace IdentityProvider.Server.Commands;

/// <summary>The four questions: as options for a script, and as prompts on the terminal for what no option answers.</summary>
internal sealed class AdviceQuestions
{
    private readonly Question<RevocationNeed> _revocation = new("--revocation", "How fast must a token that was taken back stop working?");

    private readonly Question<VerifierCount> _verifiers = new("--verifiers", "How many services verify tokens of this API?");

    private readonly Question<PermissionChange> _permissions = new("--permissions", "How often does what a person may do change?");

    private readonly Question<ClientKind> _clients = new("--clients", "Which clients call it?", separator: ',');

    public void AddTo(Command command)
    {
        _revocation.AddTo(command);
        _verifiers.AddTo(command);
        _clients.AddTo(command);
        _permissions.AddTo(command);
    }

    public async Task<Needs> AskAsync(ParseResult parsed, CancellationToken cancellation) => new(
        (await _revocation.AskAsync(parsed, cancellation))[0],
        (await _verifiers.AskAsync(parsed, cancellation))[0],
        await _clients.AskAsync(parsed, cancellation),
        (await _permissions.AskAsync(parsed, cancellation))[0]);

    /// <summary>One question with the words that answer it; where they are separated by commas, several may.</summary>
    private sealed class Question<TAnswer>(string name, string text, char separator = '|')
        where TAnswer : struct, Enum
    {
        private readonly Option<string?> _option = new(name)
        {
            Description = text,
            HelpName = string.Join(separator, AdviceWords.All<TAnswer>()),
        };

        private bool TakesSeveral => separator == ',';

        public void AddTo(Command command)
        {
            command.Add(_option);
            command.Validators.Add(Validate);
        }

        public async Task<IReadOnlyList<TAnswer>> AskAsync(ParseResult parsed, CancellationToken cancellation)
        {
            if (parsed.GetValue(_option) is { } words)
                return [.. Answers(words).Select(answer => answer!.Value)];
            // On standard error: what is printed in the end stays alone on standard output.
            var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
            return TakesSeveral
                ? await Several().ShowAsync(terminal, cancellation)
                : [await Single().ShowAsync(terminal, cancellation)];
        }

        private void Validate(CommandResult result)
        {
            var words = result.GetValue(_option);
            if (words is null && (Console.IsInputRedirected || Console.IsErrorRedirected))
                result.AddError($"{name} is missing, and there is nobody to ask: {Choices}.");
            else if (words is not null && (Answers(words).Any(answer => answer is null) || (!TakesSeveral && Answers(words).Count() > 1)))
                result.AddError($"{name} is {Choices}.");
        }

        private string Choices => (TakesSeveral ? "one or more, separated by commas, of " : "one of ") + string.Join(", ", AdviceWords.All<TAnswer>());

        private static IEnumerable<TAnswer?> Answers(string words) => words.Split(',', StringSplitOptions.TrimEntries).Select(AdviceWords.Read<TAnswer>);

        private SelectionPrompt<TAnswer> Single() =>
            new SelectionPrompt<TAnswer> { Title = text, Converter = Line }.AddChoices(Enum.GetValues<TAnswer>());

        private MultiSelectionPrompt<TAnswer> Several() =>
            new MultiSelectionPrompt<TAnswer> { Title = text, Converter = Line, Required = true }.AddChoices(Enum.GetValues<TAnswer>());

        private string Line(TAnswer answer) => $"{AdviceWords.Of(answer)}: {AdviceWords.MeaningOf(answer)}";
    }
}
