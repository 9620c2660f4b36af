using IdentityProvider.Server.Tests.Database;

namespace IdentityProvider.Server.Tests.Commands;

/// <summary><c>idp database run</c>, by the real executable; that dumps and restores are whole is for docs/operating.md's own tests.</summary>
public sealed class DatabaseRunCommandTests
{
    [Fact]
    public async Task A_program_is_told_where_the_database_is_gets_its_words_as_they_are_and_ends_the_command_as_it_ends()
    {
        var database = await TestCluster.NewEmptyDatabaseAsync();
        using var idp = CommandLine.On($"{database};Password=pass word");

        var run = await idp.RunAsync(["database", "run", "--", "sh", "-c", "echo \"$PGDATABASE $PGPASSWORD $0 $1\"; cat; exit 7", "--json", "a=b"], "said");

        Assert.Equal((7, $"{new Npgsql.NpgsqlConnectionStringBuilder(database).Database} pass word --json a=b\nsaid"), (run.ExitCode, run.StandardOutput));
        // A database that a dump is about to fill stays as it is.
        Assert.Equal("0", await ClusterFolder.AskAsync(database, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"));
    }
}
