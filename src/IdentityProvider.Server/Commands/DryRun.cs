using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Admin;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>--dry-run</c>, on every command that ends or deletes something: what it would be, and whom and what that affects. Nothing is changed.</summary>
internal static class DryRun
{
    /// <summary>Makes a command do its work on the open installation, or with <c>--dry-run</c> only look at it.</summary>
    /// <param name="command">The command.</param>
    /// <param name="look">Says what would be done.</param>
    /// <param name="work">Does it.</param>
    public static Command Ends(this Command command, Func<Work, Task<int>> look, Func<Work, Task<int>> work)
    {
        var dry = new Option<bool>("--dry-run") { Description = "Change nothing: say what would be done, and how much hangs on it." };
        command.Add(dry);
        command.SetAction((parsed, cancellation) => parsed.GetValue(dry)
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
        thing["affects"] = new JsonObject(with.Select(counted => KeyValuePair.Create(MemberOf(counted.Kind), (JsonNode?)counted.Count)));
        var affected = with.Where(counted => counted.Count > 0).Select(Text).ToList();
        return work.Output.Say($"{would}. {(affected.Count == 0 ? "Nothing hangs on it." : $"That affects {string.Join(", ", affected)}.")} Nothing is changed.", thing);
    }

    // An earlier version's tables may lack what is asked of them, and bringing them up to date is no dry run.
    private static async Task<int> LookAsync(Work work, Func<Work, Task<int>> look) =>
        await work.Get<Schema>().IsCurrentAsync(work.Cancellation)
            ? await look(work)
            : work.Output.Refuse("database: its schema is of an earlier version, which a dry run leaves so: `idp database migrate` brings it up to this one");

    private static string MemberOf(Dependent kind) => WordsOf(kind).Member;

    private static string Text(DependentCount counted)
    {
        var (_, one, many) = WordsOf(counted.Kind);
        var number = counted.Count.ToString(CultureInfo.InvariantCulture);
        return counted.Count == 1 ? $"1 {one}" : counted.Count < Dependents.Most ? $"{number} {many}" : $"{number} or more {many}";
    }

    private static (string Member, string One, string Many) WordsOf(Dependent kind) => kind switch
    {
        Dependent.Session => ("sessions", "session", "sessions"),
        Dependent.Family => ("families", "sign-in of an app with all its tokens", "sign-ins of apps with all their tokens"),
        Dependent.Grant => ("grants", "consent", "consents"),
        Dependent.Secret => ("secrets", "secret", "secrets"),
        Dependent.Role => ("roles", "role", "roles"),
        Dependent.Group => ("groups", "group", "groups"),
        Dependent.Person => ("people", "person", "people"),
        Dependent.Passkey => ("passkeys", "passkey", "passkeys"),
        Dependent.Link => ("links", "link to another provider", "links to another provider"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
