using System.CommandLine;
using System.Runtime.CompilerServices;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;

namespace IdentityProvider.Server.Commands.Remote;

/// <summary><c>--server</c>, and <c>idp login</c> and <c>logout</c>: commands on a server from elsewhere, by somebody's sign-in there (docs/admin-api.md).</summary>
internal static class RemoteCommands
{
    /// <summary>A document of thousands of clients takes its time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly string[] OfSignIn = ["login", "logout"];

    /// <summary>The commands that are of the machine alone, by their words, and why.</summary>
    public static IReadOnlyDictionary<string, string> AtTheMachine { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["serve"] = "it is the server itself",
        ["doctor"] = "it looks at this machine's settings, clock and way to the database",
        ["database migrate"] = "it changes the database itself",
        ["database script"] = "it writes what would change the database itself",
        ["database prune"] = "it works on the database itself, which servers do by themselves",
        ["database restored"] = "it is done while no server runs",
        ["database run"] = "it runs a program of this machine on the database itself",
        ["advise"] = "it asks nobody but you",
        ["completion"] = "it teaches the shell of this machine",
        ["complete"] = "it answers the shell of this machine",
    };

    private static readonly ConditionalWeakTable<Command, Func<RemoteWork, Task<int>>> Calls = [];

    /// <summary>Of every command: at which server.</summary>
    public static Option<string?> Server { get; } = NewServer();

    public static IEnumerable<Command> Build()
    {
        var readOnly = new Option<bool>("--read-only") { Description = "Ask for no more than to look at things." };
        var login = new Command("login", "Sign in at a server, so that commands with --server act on it; allowed in a browser, by an account with a role for it.") { readOnly };
        login.SetAction((parsed, cancellation) => WithServerAsync(parsed, async (server, http) =>
        {
            var output = Root.OutputOf(parsed);
            var signIn = new RemoteSignIn(http, RemoteStore.OfPerson, TimeProvider.System);
            var scope = parsed.GetValue(readOnly) ? AdminApi.ReadAll : $"{AdminApi.ReadAll} {AdminApi.WriteAll}";
            await signIn.LoginAsync(server, scope, (where, code) => Ask(output, where, code), (interval, token) => Task.Delay(interval, TimeProvider.System, token), cancellation);
            return output.Say($"Signed in at {server}; `idp logout --server {server}` ends it.", new() { ["server"] = server, ["signed_in"] = true });
        }));
        var logout = new Command("logout", "End the sign-in at a server, there and here.");
        logout.SetAction((parsed, cancellation) => WithServerAsync(parsed, async (server, http) =>
        {
            await new RemoteSignIn(http, RemoteStore.OfPerson, TimeProvider.System).LogoutAsync(server, cancellation);
            return Root.OutputOf(parsed).Say($"Signed out of {server}.", new() { ["server"] = server, ["signed_in"] = false });
        }));
        return [login, logout];
    }

    /// <summary>Says what a command does at a server.</summary>
    public static void Add(Command command, Func<RemoteWork, Task<int>> call) => Calls.Add(command, call);

    /// <summary>Why a line can't be done at the server that it names; null where it can, or names none.</summary>
    public static string? Refuse(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.GetValue(Server) is null || parsed.Action is System.CommandLine.Help.HelpAction || OfSignIn.Contains(WordsOf(command), StringComparer.Ordinal))
            return null;
        if (Find(command) is null)
            return $"`idp {WordsOf(command)}` works at the machine alone, since {AtTheMachine.GetValueOrDefault(WordsOf(command), "nothing of it is at a server")}: leave --server out, and run it there.";
        return DryRun.Counts(command) && parsed.GetValue<bool>("--dry-run")
            ? "--dry-run counts in the database itself: leave --server out, and run it at the machine."
            : null;
    }

    /// <summary>Does a command at the server that it names.</summary>
    public static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation) => WithServerAsync(parsed, (server, http) =>
    {
        var output = Root.OutputOf(parsed);
        var api = new RemoteApi(http, new RemoteSignIn(http, RemoteStore.OfPerson, TimeProvider.System), server) { Warn = output.Warn };
        return RunAsync(new RemoteWork(parsed, api, output, cancellation));
    });

    /// <summary>The same with what it is done by.</summary>
    public static Task<int> RunAsync(RemoteWork work) => Find(work.Parsed.CommandResult.Command)!(work);

    /// <summary>What a command does at a server; null where it is of the machine.</summary>
    public static Func<RemoteWork, Task<int>>? Find(Command command) => Calls.TryGetValue(command, out var call) ? call : null;

    private static string WordsOf(Command command) => string.Join(' ', Root.PathOf(command));

    // What is shown comes from the server: it is said where it leads.
    private static void Ask(Output output, string where, string code) =>
        output.Remark($"Open {where} in a browser, sign in, and allow this if the code there is {code}.");

    private static async Task<int> WithServerAsync(ParseResult parsed, Func<string, HttpClient, Task<int>> work)
    {
        if (parsed.GetValue(Server)?.TrimEnd('/') is not { } server)
            throw new RemoteException("name the server: --server https://login.example.com");
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = Patience };
        return await work(server, http);
    }

    private static Option<string?> NewServer()
    {
        var server = new Option<string?>("--server") { Description = "Act on this server, by its issuer, instead of on the database here; `idp login` signs in there.", HelpName = "url", Recursive = true };
        server.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !WebUris.IsSecure(result.Tokens[0].Value))
                result.AddError("--server is an https URL (http on loopback).");
        });
        return server;
    }
}
