using System.CommandLine;
using System.Data.Common;
using System.Runtime.CompilerServices;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;
using IdentityProvider.Server.Database;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary>The command line of <c>idp</c>: which words there are, and how a command ends.</summary>
public static class Root
{
    private const string About = """
        An OAuth 2 and OpenID Connect authorization server.

        Settings come from the section Idp of appsettings.json, in the current directory or the one that ASPNETCORE_CONTENTROOT names, and from
        environment variables Idp__…; a command works on the same database as `idp serve`, whether that runs or not.

        Results go to standard output, as a table or with --json as one document; all else goes to standard error. Exit codes: 0 done, 1 refused with
        one line that says why, 2 wrong usage. `idp completion bash` (zsh, fish, pwsh) teaches these words to a shell.
        """;

    /// <summary>Stopping the embedded database cleanly may take a while; longer than that nobody waits for an interrupted command.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    // A value that starts with @ is that value: it names no file to be read.
    private static readonly ParserConfiguration Words = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document and nothing else.", Recursive = true };

    /// <summary>What each does that works on an installation.</summary>
    internal static ConditionalWeakTable<Command, Func<Work, Task<int>>> Works { get; } = [];

    /// <summary>Runs one command line.</summary>
    /// <returns>The exit code: 0 done, 1 refused with one line on standard error, 2 wrong usage.</returns>
    public static async Task<int> InvokeAsync(IReadOnlyList<string> args)
    {
        var parsed = Build().Parse(args, Words);
        if (parsed.Errors.Count > 0)
            return ExplainUsage(parsed);
        if (RemoteCommands.Refuse(parsed) is { } atTheMachine)
            return OutputOf(parsed).Refuse(atTheMachine);
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = Patience });
        }
        catch (Exception e) when (Reason(e) is { } reason)
        {
            return OutputOf(parsed).Refuse(reason);
        }
    }

    /// <summary>Makes a command do its work on the open installation, or with <c>--server</c> at a server.</summary>
    /// <param name="command">The command.</param>
    /// <param name="work">What it does here.</param>
    /// <param name="remote">What it does there; null where it can't be done from elsewhere (<see cref="RemoteCommands.AtTheMachine"/>).</param>
    internal static Command Does(this Command command, Func<Work, Task<int>> work, Func<RemoteWork, Task<int>>? remote = null)
    {
        Works.Add(command, work);
        if (remote is not null)
            RemoteCommands.Add(command, remote);
        command.SetAction((parsed, cancellation) => parsed.GetValue(RemoteCommands.Server) is null ? RunAsync(parsed, work, migrates: true, cancellation) : RemoteCommands.RunAsync(parsed, cancellation));
        return command;
    }

    /// <summary>Does the work of a command that was written.</summary>
    internal static async Task<int> RunAsync(ParseResult parsed, Func<Work, Task<int>> work, bool migrates, CancellationToken cancellation)
    {
        await using var installation = await Installation.OpenAsync(migrates, cancellation);
        return await work(new(parsed, installation, OutputOf(parsed), cancellation));
    }

    internal static Output OutputOf(ParseResult parsed) => new(Console.Out, Console.Error, IsJson(parsed));

    internal static bool IsJson(ParseResult parsed) => parsed.GetValue(Json);

    /// <summary>Reads a line that is not to be run.</summary>
    internal static ParseResult Read(string line) => Build().Parse(line, Words);

    /// <summary>The same in words.</summary>
    internal static ParseResult Read(IReadOnlyList<string> words) => Build().Parse(words, Words);

    /// <summary>A command's words, without the program's own.</summary>
    internal static IEnumerable<string> PathOf(Command command) =>
        command is RootCommand ? [] : [.. command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? PathOf(parent) : [], command.Name];

    internal static RootCommand Build()
    {
        var root = new RootCommand(About)
        {
            ServeCommand.Build(), ClientCommands.Build(), RegistrationPolicyCommands.Build(), ResourceCommands.Build(), AuthorizationDetailsTypeCommands.Build(), UserCommands.Build(), GroupCommands.Build(), RoleCommands.Build(), SessionCommands.Build(), TokenCommands.Build(), FamilyCommands.Build(), GrantCommands.Build(),
            KeyCommands.Build(), OutboxCommands.Build(), SignalCommands.Build(), AuditCommands.Build(), SearchCommand.Build(), TrustedIssuerCommands.Build(), UpstreamCommands.Build(), ApplyCommand.Build(), DatabaseCommands.Build(), AdviseCommand.Build(), SettingsCommand.Build(), DoctorCommand.Build(),
            ImportCommands.Build(),
        };
        foreach (var command in (IEnumerable<Command>)[.. RemoteCommands.Build(), .. CompletionCommands.Build()])
            root.Add(command);
        root.Directives.Clear();
        root.Add(Json);
        root.Add(RemoteCommands.Server);
        HelpWithExamples.AddTo(root);
        return root;
    }

    private static int ExplainUsage(ParseResult parsed)
    {
        // No word at all is a question, and is answered.
        var words = parsed.CommandResult.Command;
        if (words is RootCommand && parsed.Tokens.Count == 0)
            return parsed.RootCommandResult.Command.Parse(["--help"]).Invoke();
        Console.Error.WriteLine(parsed.Errors[0].Message.ReplaceLineEndings(" "));
        var path = string.Join(' ', ["idp", .. PathOf(parsed.CommandResult.Command)]);
        Console.Error.WriteLine($"`{path} --help` says what it takes.");
        return Output.WrongUsage;
    }

    /// <summary>What went wrong outside of this program, in one line; null for what can only be a bug.</summary>
    private static string? Reason(Exception e) => e switch
    {
        SettingsException or SchemaException or EmbeddedPostgresException or KeyException or InputException or RemoteException or ForeignDatabaseException => OneLine(e),
        DbException => $"the database: {OneLine(e)}",
        { InnerException: DbException last } => $"the database: {OneLine(last)}",
        OperationCanceledException => "interrupted",
        _ => null,
    };

    private static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ");
}

/// <summary>What a command has at hand.</summary>
internal sealed record Work(ParseResult Parsed, Installation Installation, Output Output, CancellationToken Cancellation)
{
    /// <summary>Who runs the command, for the audit.</summary>
    public Actor Actor { get; } = Actor.Command(Environment.UserName);

    public T Get<T>()
        where T : notnull => Installation.Get<T>();

    /// <summary>Shows what an operation did, with what is worth a second thought; or says why it was not done.</summary>
    public int Tell<T>(Operated<T> operated, Func<T, int> show)
        where T : notnull
    {
        if (!operated.Try(out var done, out var fault))
            return Output.Refuse(fault.ToString());
        foreach (var warning in operated.Warnings)
            Output.Warn(warning);
        return show(done);
    }

    /// <summary>The same where it takes another look to show it.</summary>
    public async Task<int> TellAsync<T>(Operated<T> operated, Func<T, Task<int>> show)
        where T : notnull
    {
        if (!operated.Try(out var done, out var fault))
            return Output.Refuse(fault.ToString());
        foreach (var warning in operated.Warnings)
            Output.Warn(warning);
        return await show(done);
    }
}
