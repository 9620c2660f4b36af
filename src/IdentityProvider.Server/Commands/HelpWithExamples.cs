using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace IdentityProvider.Server.Commands;

/// <summary><c>--help</c>: what the library writes of a command, and below it how it is used (<see cref="Examples"/>).</summary>
internal sealed class HelpWithExamples(HelpAction plain) : SynchronousCommandLineAction
{
    /// <summary>Who asks for help has not yet written all that the command needs.</summary>
    public override bool ClearsParseErrors => true;

    public static void AddTo(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
    }

    public override int Invoke(ParseResult parseResult)
    {
        var code = plain.Invoke(parseResult);
        if (Examples.Of(parseResult.CommandResult.Command) is not { Count: > 0 } examples)
            return code;
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine(examples.Count == 1 ? "Example:" : "Examples:");
        foreach (var example in examples)
            output.WriteLine($"  {example}");
        output.WriteLine();
        return code;
    }
}
