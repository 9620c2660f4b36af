using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>--dry-run</c>, on every command that ends or deletes something: what it would be, and whom and what that affects. Nothing is changed.</summary>
internal static class DryRun
{
    private static readonly ConditionalWeakTable<Command, Option> Counting = [];

    /// <summary>Whether a command's dry run counts what hangs on a thing, which is done in the database itself.</summary>
    public static bool Counts(Command command) => Counting.TryGetValue(command, out _);

    /// <summary>Makes a command do its work on the open installation, or with <c>--dry-run</c> only look at it.</summary>
    /// <param name="command">The command.</param>
    /// <param name="look">Says what would be done.</param>
    /// <param name="work">Does it.</param>
    /// <param name="remote">Does it at a server; null where it can't be done from elsewhere.</param>
    public static Command Ends(this Command command, Func<Work, Task<int>> look, Func<Work, Task<int>> work, Func<RemoteWork, Task<int>>? remote = null)
    {
        var dry = new Option<bool>("--dry-run") { Description = "Change nothing: say what would be done, and how much hangs on it." };
        command.Add(dry);
        Counting.Add(command, dry);
        Root.Works.Add(command, work);
        if (remote is not null)
            RemoteCommands.Add(command, remote);
        command.SetAction((parsed, cancellation) => parsed.GetValue(RemoteCommands.Server) is not null
            ? RemoteCommands.RunAsync(parsed, cancellation)
            : parsed.GetValue(dry)
            ? Root.RunAsync(parsed, async here => await LookAsync(here, look), migrates: false, cancellation)
            : Root.RunAsync(parsed, work, migrates: true, cancellation));
        return command;
    }

    /// <summary>Says what would be done to something that was looked for.</summary>
    /// <param name="work">The command.</param>
    /// <param name="found">What was found, or that it wasn't.</param>
    /// <param name="would">What would be done to it, such as <c>Would delete shop</c>.</param>
    /// <param name="thing">What it is, in JSON.</param>
    /// <param name="count">Counts what hangs on it.</param>
    public static async Task<int> ForecastAsync<T>(this Work work, Operated<T> found, Func<T, string> would, Func<T, JsonObject> thing, Func<T, Dependents, Task<IReadOnlyList<DependentCount>>> count)
        where T : notnull => await work.TellAsync(found, async it => work.Forecast(would(it), thing(it), await count(it, work.Get<Dependents>())));

    /// <inheritdoc cref="ForecastAsync{T}(Work, Operated{T}, Func{T, string}, Func{T, JsonObject}, Func{T, Dependents, Task{IReadOnlyList{DependentCount}}})"/>
    public static async Task<int> ForecastAsync<T>(
        this Work work, Task<Operated<T>> found, Func<T, string> would, Func<T, JsonObject> thing, Func<T, Dependents, Task<IReadOnlyList<DependentCount>>> count)
        where T : notnull => await work.ForecastAsync(await found, would, thing, count);

    /// <summary>The same where the counts are known.</summary>
    public static int Forecast(this Work work, string would, JsonObject thing, IReadOnlyList<DependentCount> with)
    {
        thing["dry_run"] = true;
        thing["affects"] = new JsonObject(with.Select(counted => KeyValuePair.Create(DependentWords.MemberOf(counted.Kind), (JsonNode?)counted.Count)));
        return work.Output.Say($"{would}. {DependentWords.Sentence(with)} Nothing is changed.", thing);
    }

    // An earlier version's tables may lack what is asked of them, and bringing them up to date is no dry run.
    private static async Task<int> LookAsync(Work work, Func<Work, Task<int>> look) =>
        await work.Get<Schema>().IsCurrentAsync(work.Cancellation)
            ? await look(work)
            : work.Output.Refuse("database: its schema is of an earlier version, which a dry run leaves so: `idp database migrate` brings it up to this one");
}
