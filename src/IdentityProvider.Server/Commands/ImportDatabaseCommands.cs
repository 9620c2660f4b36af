using System.CommandLine;
using IdentityProvider.Protocol.Import;
using IdentityProvider.Protocol.Import.Duende;
using IdentityProvider.Protocol.Import.OpenIddict;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Admin.Import;
using IdentityProvider.Server.Commands.Remote;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp import openiddict</c> and <c>duende</c>: from the databases of servers that stand on ASP.NET Core Identity.</summary>
internal static class ImportDatabaseCommands
{
    public static Command OpenIddict() => Build(
        "openiddict",
        "Import OpenIddict's applications and scopes, and the people of ASP.NET Core Identity, from the EF Core database.",
        async (database, choices, now, cancellation) => (await ForeignTables.OpenIddictAsync(database, cancellation)).Try(out var tables, out var fault) ? OpenIddictImport.Read(tables, choices, now) : fault);

    public static Command Duende() => Build(
        "duende",
        "Import the configuration store of Duende IdentityServer (or IdentityServer4), and the people of ASP.NET Core Identity, from the EF Core database.",
        async (database, choices, now, cancellation) => (await ForeignTables.DuendeAsync(database, cancellation)).Try(out var tables, out var fault) ? DuendeImport.Read(tables, choices, now) : fault);

    private static Command Build(string name, string about, Func<ForeignDatabase, ImportChoices, DateTimeOffset, CancellationToken, Task<Operated<Imported>>> read)
    {
        var connection = new Option<string>("--connection") { Description = "The connection string of that database; - reads it from standard input, where no list of processes shows its password. It is read, never written.", HelpName = "string", Required = true };
        var provider = new Option<DatabaseProvider>("--provider") { Description = "What that database is.", DefaultValueFactory = _ => DatabaseProvider.PostgreSql };
        var schema = new Option<string?>("--schema") { Description = "The schema of its tables, where there are several that have them.", HelpName = "name" };
        var options = new ImportOptions();
        var command = new Command(name, about + ImportCommands.After) { connection, provider, schema };
        options.AddTo(command);
        return command.Does(
            async work =>
            {
                var found = await ReadAsync(work.Parsed, options.Choices(work.Parsed, work.Installation.Settings.Issuer), work.Installation.Now, work.Cancellation);
                return found.Try(out var imported, out var fault) ? await ImportCommands.RunAsync(work, options, imported) : work.Output.Refuse(fault.ToString());
            },
            async work =>
            {
                // The other product's database is reached from here; what was read of it goes to the server.
                var found = await ReadAsync(work.Parsed, options.Choices(work.Parsed, work.Api.Server), TimeProvider.System.GetUtcNow(), work.Cancellation);
                return found.Try(out var imported, out var fault) ? await RemoteImport.RunAsync(work, options, imported) : work.Output.Refuse(fault.ToString());
            });

        async Task<Operated<Imported>> ReadAsync(ParseResult parsed, ImportChoices choices, DateTimeOffset now, CancellationToken cancellation)
        {
            var where = await Input.ReadPasswordAsync(parsed.GetRequiredValue(connection), cancellation);
            if (!(await OpenAsync(parsed.GetValue(provider), where, parsed.GetValue(schema), cancellation)).Try(out var opened, out var fault))
                return fault;
            await using var database = opened;
            return await read(database, choices, now, cancellation);
        }
    }

    // What is wrong with a connection string may quote its password.
    private static async Task<Operated<ForeignDatabase>> OpenAsync(DatabaseProvider provider, string where, string? schema, CancellationToken cancellation)
    {
        try
        {
            return await ForeignDatabase.OpenAsync(provider, where, schema, cancellation);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            return Fault.Refused("connection", "is no connection string of such a database");
        }
    }
}
