using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Background;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp database migrate|script|prune|run</c>.</summary>
internal static class DatabaseCommands
{
    public static Command Build() => new("database", "The database's schema, and rows that time has made meaningless.") { Migrate(), Script(), Prune(), DatabaseRunCommand.Build() };

    private static Command Migrate() => new Command("migrate", "Bring the schema up to this version. `idp serve` and every command do so as well.")
        .Does(work => Task.FromResult(work.Output.Say("The schema is current.", new() { ["current"] = true }))); // opening it brought it up to date

    private static Command Script()
    {
        var script = new Command("script", "Print the SQL that brings a database of any earlier version up to this one. Connects to nothing.");
        script.SetAction(async (parsed, _) =>
        {
            await using var installation = Installation.WithoutDatabase();
            return Root.OutputOf(parsed).Print(installation.Get<Schema>().Script(), "sql");
        });
        return script;
    }

    private static Command Prune() => new Command("prune", "Remove expired codes, sessions, sign-ins and revocations now, and lines of the audit that are older than is kept. The server does so by itself.")
        .Does(async work =>
        {
            var total = new JsonObject();
            PrunedRows last;
            do
            {
                last = await work.Get<ExpiredRows>().PruneAsync(work.Installation.Now, work.Cancellation);
                foreach (var (kind, rows) in last.Kinds)
                    total[kind] = ((int?)total[kind] ?? 0) + rows;
            }
            while (last.Total > 0);

            total["unused_clients"] = await work.Get<UnusedClients>().RemoveAsync(work.Actor, work.Cancellation);
            total["audit"] = await work.Get<AuditRetention>().PruneAsync(work.Actor, work.Cancellation);

            return work.Output.Show(total);
        });
}
