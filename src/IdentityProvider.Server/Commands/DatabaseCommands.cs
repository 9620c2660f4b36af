using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Background;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp database migrate|script|prune|run|restored</c>.</summary>
internal static class DatabaseCommands
{
    public static Command Build() => new("database", "The database's schema, and rows that time has made meaningless.") { Migrate(), Script(), Prune(), DatabaseRunCommand.Build(), DatabaseRestoredCommand.Build() };

    private static Command Migrate()
    {
        var migrate = new Command("migrate", "Bring the schema up to this version, beside servers that run. In production neither `idp serve` nor another command does so (Database:MigrateAtStart).");
        migrate.SetAction((parsed, cancellation) => Root.RunAsync(
            parsed,
            async work =>
            {
                var applied = await Progress.ShowAsync("migrating", bar => work.Get<Schema>().MigrateAsync(step => Tell(work, bar, step), work.Cancellation));
                return work.Output.Say(
                    applied.Count == 0 ? "The schema is current." : $"The schema is current; {applied.Count} {(applied.Count == 1 ? "migration was" : "migrations were")} applied.",
                    new() { ["current"] = true, ["applied"] = new JsonArray([.. applied.Select(name => (JsonNode)name)]) });
            },
            migrates: false,
            cancellation));
        return migrate;
    }

    // A log keeps lines; people at a terminal see the bar.
    private static void Tell(Work work, Bar bar, MigrationStep step)
    {
        var what = step.Kind switch
        {
            MigrationStepKind.OtherMigrates => "another migrates; waiting",
            MigrationStepKind.WaitsForLock => $"{step.Migration} waits for a lock: something else uses its tables for long, such as a backup",
            _ => step.Migration,
        };
        bar.At(what, step.Place - 1, step.Count);
        if (!bar.IsShown && !work.Output.IsJson)
            work.Output.Remark(step.Kind == MigrationStepKind.Applies ? $"{step.Place}/{step.Count} {what}" : what);
    }

    private static Command Script()
    {
        var role = new Option<string?>("--role") { Description = "Print instead what this role needs to run a server, and no more: rows, and no change of the schema." };
        var script = new Command("script", "Print the SQL that brings a database of any earlier version up to this one. Connects to nothing.") { role };
        script.SetAction(async (parsed, _) =>
        {
            await using var installation = Installation.WithoutDatabase();
            var output = Root.OutputOf(parsed);
            if (parsed.GetValue(role) is not { } name)
                return output.Print(installation.Get<Schema>().Script(), "sql");
            return RuntimeRole.IsName(name)
                ? output.Print(RuntimeRole.Script(installation.Settings.Database.Provider, name), "sql")
                : output.Refuse($"--role: '{name}' is no plain name of a role");
        });
        return script;
    }

    private static Command Prune() => new Command("prune", "Remove expired codes, sessions, sign-ins and revocations now, and lines of the audit that are older than is kept. The server does so by itself.").Ends(
        async work =>
        {
            work.Output.Remark("Nothing is removed: this is what would be.");
            var total = await CountAsync(work);
            total["dry_run"] = true;
            return work.Output.Show(total);
        },
        async work => work.Output.Show(await Progress.ShowAsync("pruning", bar => PruneAsync(work, bar))));

    private static async Task<JsonObject> CountAsync(Work work)
    {
        var total = new JsonObject();
        Add(total, await work.Get<ExpiredRows>().CountAsync(work.Installation.Now, work.Cancellation));
        total["unused_clients"] = await work.Get<UnusedClients>().CountAsync(work.Cancellation);
        total["audit"] = await work.Get<AuditRetention>().CountAsync(work.Cancellation);
        return total;
    }

    private static async Task<JsonObject> PruneAsync(Work work, Bar bar)
    {
        var all = bar.IsShown ? (await CountAsync(work)).Sum(kind => (int)kind.Value!) : 0;
        var (total, removed) = (new JsonObject(), 0);
        PrunedRows last;
        do
        {
            last = await work.Get<ExpiredRows>().PruneAsync(work.Installation.Now, work.Cancellation);
            Add(total, last);
            bar.At("rows", removed += last.Total, all);
        }
        while (last.Total > 0);

        bar.At("clients", removed, all);
        var unused = await work.Get<UnusedClients>().RemoveAsync(work.Actor, work.Cancellation);
        bar.At("audit", removed + unused, all);
        total["unused_clients"] = unused;
        total["audit"] = await work.Get<AuditRetention>().PruneAsync(work.Actor, work.Cancellation);
        return total;
    }

    private static void Add(JsonObject total, PrunedRows rows)
    {
        foreach (var (kind, count) in rows.Kinds)
            total[kind] = ((int?)total[kind] ?? 0) + count;
    }
}
