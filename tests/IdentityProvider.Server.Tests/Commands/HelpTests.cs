using System.CommandLine;
using IdentityProvider.Server.Commands;

namespace IdentityProvider.Server.Tests.Commands;

/// <summary>Every word of the command line says what it is for, and every example can be typed as it stands.</summary>
public sealed class HelpTests
{
    [Fact]
    public void Every_command_argument_and_option_says_what_it_is_for_in_words()
    {
        var unsaid = Everything(Root.Build())
            .SelectMany(command => (Symbol[])[command, .. command.Arguments, .. command.Options])
            .Where(symbol => Words(symbol.Description) < 2)
            .Select(symbol => $"{string.Join(' ', symbol.Parents.Select(p => p.Name))} {symbol.Name}: {symbol.Description}");

        Assert.Empty(unsaid);
    }

    [Fact]
    public void A_command_is_described_by_sentences() =>
        Assert.All(Everything(Root.Build()), command => Assert.True(
            Words(command.Description) >= 2 && command.Description!.TrimEnd().EndsWith('.') && char.IsUpper(command.Description[0]), $"{command.Name}: {command.Description}"));

    [Fact]
    public void Every_example_is_of_a_command_that_there_is_and_can_be_typed()
    {
        var paths = Everything(Root.Build()).Select(command => string.Join(' ', Root.PathOf(command))).ToHashSet();
        Assert.All(Examples.All, entry =>
        {
            Assert.Contains(entry.Key, paths);
            Assert.All(entry.Value, line =>
            {
                Assert.StartsWith("idp ", line, StringComparison.Ordinal);
                Assert.Empty(Root.Read(line["idp ".Length..]).Errors);
            });
        });
    }

    [Fact]
    public async Task Help_ends_with_examples_also_where_the_line_is_not_complete()
    {
        using var idp = CommandLine.On("Host=/nonexistent");

        var run = await idp.RunAsync(["users", "create", "--help"]);

        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        Assert.Contains("--password-hash", run.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("\nExamples:\n  idp users create --username alice --password - --role editor\n", run.StandardOutput, StringComparison.Ordinal);
    }

    private static IEnumerable<Command> Everything(Command command) => [command, .. command.Subcommands.SelectMany(Everything)];

    private static int Words(string? text) => (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
}
