using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using IdentityProvider.Server.Database;
using IdentityProvider.Storage;
using Npgsql;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp database run</c>: PostgreSQL's own programs on this database, the embedded one too, whose socket only idp knows where to find.</summary>
internal static class DatabaseRunCommand
{
    public static Command Build()
    {
        var words = new Argument<string[]>("program") { Description = "The program and what it takes, after --, such as: -- pg_dump --file=idp.sql", Arity = ArgumentArity.OneOrMore };
        var command = new Command("run", "Run a program of PostgreSQL's, such as pg_dump or psql, that is told where this database is (PGHOST, PGDATABASE, …). The schema is left as it is.") { words };
        command.SetAction((parsed, cancellation) => Root.RunAsync(parsed, work => RunAsync(work, parsed.GetRequiredValue(words)), migrates: false, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Work work, string[] program)
    {
        if (work.Installation.Settings.Database.Provider != DatabaseProvider.PostgreSql)
            return work.Output.Refuse("The database is SQL Server, which has programs of its own.");
        using var process = Process.Start(StartInfo(program, new NpgsqlConnectionStringBuilder(work.Installation.ConnectionString)))!;
        await process.WaitForExitAsync(work.Cancellation);
        return process.ExitCode;
    }

    private static ProcessStartInfo StartInfo(string[] program, NpgsqlConnectionStringBuilder database)
    {
        // env looks in the PATH that it is given; .NET would look in ours.
        var start = new ProcessStartInfo("/usr/bin/env", program) { UseShellExecute = false };
        // By the environment, where no list of processes shows a password.
        foreach (var (name, value) in Variables(database))
        {
            if (!string.IsNullOrEmpty(value))
                start.Environment[name] = value;
        }

        return start;
    }

    // In libpq's words.
    private static IEnumerable<(string Name, string? Value)> Variables(NpgsqlConnectionStringBuilder database) =>
    [
        ("PATH", string.Join(Path.PathSeparator, PostgresBinaries.UsualDirectories())),
        ("PGHOST", database.Host),
        ("PGPORT", database.Port.ToString(CultureInfo.InvariantCulture)),
        ("PGDATABASE", database.Database),
        ("PGUSER", database.Username),
        ("PGPASSWORD", database.Password),
        ("PGPASSFILE", database.Passfile),
        ("PGSSLROOTCERT", database.RootCertificate),
        ("PGSSLMODE", database.SslMode switch
        {
            SslMode.VerifyCA => "verify-ca",
            SslMode.VerifyFull => "verify-full",
            SslMode.Require => "require",
            SslMode.Disable => "disable",
            _ => "prefer",
        }),
    ];
}
