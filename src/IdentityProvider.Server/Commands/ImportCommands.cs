using System.CommandLine;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Import;
using IdentityProvider.Protocol.Import.Keycloak;
using IdentityProvider.Server.Admin.Import;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp import …</c>: what another identity provider has (docs/migrating.md).</summary>
internal static class ImportCommands
{
    /// <summary>Of an export, in bytes. A realm of more people is exported in several files.</summary>
    private const int LongestFile = 128 * 1024 * 1024;

    internal const string After = " Shows a plan and what can't come along, asks, and takes its steps; nothing is deleted, and a second run has nothing to do (docs/migrating.md).";

    public static Command Build() => new("import", "Bring over what another identity provider has: clients, APIs, roles, groups and people.") { Keycloak(), ImportDatabaseCommands.OpenIddict(), ImportDatabaseCommands.Duende() };

    private static Command Keycloak()
    {
        var files = new Option<string[]>("--file", "-f") { Description = "An export of the realm, as `kc.sh export` writes it; repeated where people have files of their own. - reads standard input.", HelpName = "file", Required = true };
        var realm = new Option<string?>("--realm") { Description = "Which realm, where the file has several.", HelpName = "name" };
        var options = new ImportOptions();
        var command = new Command("keycloak", "Import a realm of Keycloak from its export." + After) { files, realm };
        options.AddTo(command);
        return command.Does(async work =>
        {
            var read = new List<ReadOnlyMemory<byte>>();
            foreach (var file in work.Parsed.GetRequiredValue(files))
                read.Add(await Input.ReadAsync(file, work.Cancellation, LongestFile));
            var imported = KeycloakImport.Read(read, work.Parsed.GetValue(realm), options.Choices(work));
            return imported is Validated<Imported>.Valid { Value: var all }
                ? await RunAsync(work, options, all)
                : work.Output.Refuse(((Validated<Imported>.Invalid)imported).Error.ToString());
        });
    }

    /// <summary>Shows the plan, asks, and takes its steps.</summary>
    internal static async Task<int> RunAsync(Work work, ImportOptions options, Imported imported)
    {
        if (options.LeavesPeople(work))
            imported = imported with { People = [], Left = [.. imported.Left.Where(left => left.Kind != LeftBehind.OfPerson)] };
        var operations = work.Get<ImportOperations>();
        var found = await Progress.ShowAsync("people", bar => operations.PrepareAsync(work.Actor, imported, done => bar.At("looking at people", done, imported.People.Count), work.Cancellation));
        if (!found.Try(out var prepared, out var fault))
            return work.Output.Refuse(fault.ToString());
        var shown = new ImportOutput(work);
        shown.Warn(prepared);
        if (prepared.IsNothing || options.IsDryRun(work))
            return shown.Plan(prepared);
        if (!AsCode.IsJson(work))
            shown.Plan(prepared);
        if (!options.IsYes(work) && (AsCode.IsJson(work) || !AsCode.Asks(work)))
            return work.Output.Refuse("Nothing was changed: say --yes to take these steps, or --dry-run to see them only.");
        return await shown.TakeAsync(prepared, (taken, at) => operations.ApplyAsync(work.Actor, prepared, options.KeepsSecretsUntil(work), taken, at, work.Cancellation));
    }
}

/// <summary>What every import takes.</summary>
internal sealed class ImportOptions
{
    private readonly Option<string[]> _apis = Pairs("--api", "The identifier that an API gets here, as NAME=URI; its tokens carry it as their audience. May be repeated.");
    private readonly Option<string[]> _redirects = Pairs("--redirect-uri", "A whole redirect URI for a client whose own are patterns, as CLIENT=URI. May be repeated.");
    private readonly Option<string[]> _issuers = Pairs("--issuer", "The issuer of another identity provider that people have links to, as NAME=URI. May be repeated.");
    private readonly Option<TimeSpan> _keep = new("--keep-secrets") { Description = "Let clients go on for this long by the secrets that they have, where those can be kept; beside the new one.", HelpName = "duration", CustomParser = Duration.Parse };
    private readonly Option<bool> _withoutPeople = new("--without-people") { Description = "Bring over no accounts." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Show the plan, and change nothing." };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Don't ask; needed where there is no terminal, and beside --json." };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_apis, _redirects, _issuers, _keep, _withoutPeople, _dryRun, _yes])
            command.Add(option);
    }

    public ImportChoices Choices(Work work) => new()
    {
        Issuer = work.Installation.Settings.Issuer,
        Apis = One(work, _apis),
        RedirectUris = Read(work, _redirects).GroupBy(pair => pair.Name, StringComparer.Ordinal).ToDictionary(uris => uris.Key, IReadOnlyList<string> (uris) => [.. uris.Select(pair => pair.Value)], StringComparer.Ordinal),
        Issuers = One(work, _issuers),
    };

    public bool IsDryRun(Work work) => work.Parsed.GetValue(_dryRun);

    public bool IsYes(Work work) => work.Parsed.GetValue(_yes);

    public bool LeavesPeople(Work work) => work.Parsed.GetValue(_withoutPeople);

    public DateTimeOffset? KeepsSecretsUntil(Work work) => work.Parsed.GetValue(_keep) is { Ticks: > 0 } length ? work.Installation.Now + length : null;

    private static Option<string[]> Pairs(string name, string description)
    {
        var option = new Option<string[]>(name) { Description = description, HelpName = "name=uri" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => token.Value.IndexOf('=', StringComparison.Ordinal) is < 1 || token.Value.EndsWith('=')))
                result.AddError($"{name} is a name, = and a URI.");
        });
        return option;
    }

    private static IEnumerable<(string Name, string Value)> Read(Work work, Option<string[]> option) =>
        (work.Parsed.GetValue(option) ?? []).Select(pair => pair.Split('=', 2)).Select(pair => (pair[0], pair[1]));

    // Of one name the last counts.
    private static Dictionary<string, string> One(Work work, Option<string[]> option) =>
        Read(work, option).GroupBy(pair => pair.Name, StringComparer.Ordinal).ToDictionary(pairs => pairs.Key, pairs => pairs.Last().Value, StringComparer.Ordinal);
}
