using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Import;
using IdentityProvider.Protocol.Import.Keycloak;
using IdentityProvider.Server.Admin.AsCode;
using IdentityProvider.Server.Admin.Import;
using IdentityProvider.Server.Commands.Remote;

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
        return command.Does(
            async work => await ReadAsync(work.Parsed, options.Choices(work.Parsed, work.Installation.Settings.Issuer), work.Cancellation) switch
            {
                Validated<Imported>.Valid { Value: var all } => await RunAsync(work, options, all),
                var invalid => work.Output.Refuse(((Validated<Imported>.Invalid)invalid).Error.ToString()),
            },
            async work => await ReadAsync(work.Parsed, options.Choices(work.Parsed, work.Api.Server), work.Cancellation) switch
            {
                Validated<Imported>.Valid { Value: var all } => await RemoteImport.RunAsync(work, options, all),
                var invalid => work.Output.Refuse(((Validated<Imported>.Invalid)invalid).Error.ToString()),
            });

        async Task<Validated<Imported>> ReadAsync(ParseResult parsed, ImportChoices choices, CancellationToken cancellation)
        {
            var read = new List<ReadOnlyMemory<byte>>();
            foreach (var file in parsed.GetRequiredValue(files))
                read.Add(await Input.ReadAsync(file, cancellation, LongestFile));
            return KeycloakImport.Read(read, parsed.GetValue(realm), choices);
        }
    }

    /// <summary>Shows the plan, asks, and takes its steps.</summary>
    internal static async Task<int> RunAsync(Work work, ImportOptions options, Imported imported)
    {
        imported = options.Of(work.Parsed, imported);
        var operations = work.Get<ImportOperations>();
        var found = await Progress.ShowAsync("people", bar => operations.PrepareAsync(work.Actor, imported, done => bar.At("looking at people", done, imported.People.Count), work.Cancellation));
        if (!found.Try(out var prepared, out var fault))
            return work.Output.Refuse(fault.ToString());
        foreach (var warning in ImportShown.WarningsOf(prepared))
            work.Output.Warn(warning);
        DateTimeOffset? end = options.KeepsSecrets(work.Parsed) is { } length ? work.Installation.Now + length : null;
        return await new ImportOutput(work.Output).RunAsync(
            ImportShown.Planned(prepared), options.IsDryRun(work.Parsed), options.IsYes(work.Parsed), () => TakeAsync(work, prepared, end));
    }

    // Takes the steps, and tells the secrets that they made, whatever becomes of the rest.
    private static async Task<int> TakeAsync(Work work, PreparedImport prepared, DateTimeOffset? keepSecretsUntil)
    {
        var taken = new List<JsonObject>();
        ImportOutcome? outcome = null;
        try
        {
            outcome = await Progress.ShowAsync("people", bar => work.Get<ImportOperations>().ApplyAsync(
                work.Actor,
                prepared,
                keepSecretsUntil,
                (step, made) => taken.Add(StepDocuments.Of(step, made)),
                done => bar.At("making accounts", done, prepared.People.Steps.Count),
                work.Cancellation));
        }
        finally
        {
            if (outcome is not null || taken.Count > 0)
                new ImportOutput(work.Output).Done(new(taken, outcome?.People ?? PeopleCount.None, outcome?.Left ?? []), isApplied: outcome is { Fault: null });
        }

        return outcome.Fault is { } fault ? work.Output.Refuse($"{fault} ({taken.Count} of {prepared.Steps.Count} steps were taken; run it again for the rest)") : Output.Done;
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

    public ImportChoices Choices(ParseResult parsed, string issuer) => new()
    {
        Issuer = issuer,
        Apis = One(parsed, _apis),
        RedirectUris = Read(parsed, _redirects).GroupBy(pair => pair.Name, StringComparer.Ordinal).ToDictionary(uris => uris.Key, IReadOnlyList<string> (uris) => [.. uris.Select(pair => pair.Value)], StringComparer.Ordinal),
        Issuers = One(parsed, _issuers),
    };

    public bool IsDryRun(ParseResult parsed) => parsed.GetValue(_dryRun);

    public bool IsYes(ParseResult parsed) => parsed.GetValue(_yes);

    /// <summary>What was read, without people where they are not to come.</summary>
    public Imported Of(ParseResult parsed, Imported imported) => !parsed.GetValue(_withoutPeople) ? imported
        : imported with { People = [], Left = [.. imported.Left.Where(left => left.Kind != LeftBehind.OfPerson)] };

    /// <summary>For how long clients may go on by the secrets that they have; null for not at all.</summary>
    public TimeSpan? KeepsSecrets(ParseResult parsed) => parsed.GetValue(_keep) is { Ticks: > 0 } length ? length : null;

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

    private static IEnumerable<(string Name, string Value)> Read(ParseResult parsed, Option<string[]> option) =>
        (parsed.GetValue(option) ?? []).Select(pair => pair.Split('=', 2)).Select(pair => (pair[0], pair[1]));

    // Of one name the last counts.
    private static Dictionary<string, string> One(ParseResult parsed, Option<string[]> option) =>
        Read(parsed, option).GroupBy(pair => pair.Name, StringComparer.Ordinal).ToDictionary(pairs => pairs.Key, pairs => pairs.Last().Value, StringComparer.Ordinal);
}
