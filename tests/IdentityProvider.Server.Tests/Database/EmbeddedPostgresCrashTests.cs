using IdentityProvider.Server.Database;
using Npgsql;

namespace IdentityProvider.Server.Tests.Database;

/// <summary>kill -9, of each of the two processes and of both: nothing that was committed is lost.</summary>
public sealed class EmbeddedPostgresCrashTests(ClusterTemplate template)
{
    [Fact]
    public async Task The_next_server_takes_over_the_postgres_of_one_that_was_killed()
    {
        await using var folder = await template.CopyAsync();
        var killed = await HostProcess.StartAsync(folder.Path, ClusterUser.Server);
        await ClusterFolder.ExecuteAsync(killed.Said, "CREATE TABLE kept AS SELECT 42 AS n");
        var run = folder.Postmaster!.ProcessId;
        await killed.KillAsync();

        await using (var next = await folder.StartAsync(ClusterUser.Server))
        {
            Assert.Equal(run, folder.Postmaster?.ProcessId);
            Assert.Equal("42", await ClusterFolder.AskAsync(next.ConnectionString, "SELECT n FROM kept"));
        }
        Assert.Null(folder.Postmaster);
    }

    [Fact]
    public async Task A_killed_postgres_is_started_again_within_moments_with_all_its_rows_and_at_the_same_address()
    {
        await using var folder = await template.CopyAsync();
        await using var server = await folder.StartAsync(ClusterUser.Server);
        await ClusterFolder.ExecuteAsync(server.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS n");
        var killed = folder.Postmaster!.ProcessId;
        ClusterFolder.Kill(killed);

        var took = await Eventually.TrueAsync(() => AnswersAsync(server.ConnectionString), "PostgreSQL answers again");

        Assert.NotEqual(killed, folder.Postmaster?.ProcessId);
        TestContext.Current.TestOutputHelper?.WriteLine($"answered after {took.TotalMilliseconds:0} ms");
    }

    [Fact]
    public async Task A_postgres_that_was_taken_over_is_watched_as_well()
    {
        await using var folder = await template.CopyAsync();
        await using (var killed = await HostProcess.StartAsync(folder.Path, ClusterUser.Server))
        {
            await ClusterFolder.ExecuteAsync(killed.Said, "CREATE TABLE kept AS SELECT 42 AS n");
            await killed.KillAsync();
        }
        await using var server = await folder.StartAsync(ClusterUser.Server);
        var taken = folder.Postmaster!.ProcessId;
        ClusterFolder.Kill(taken);

        await Eventually.TrueAsync(() => AnswersAsync(server.ConnectionString), "PostgreSQL answers again");
    }

    [Fact]
    public async Task When_both_were_killed_the_next_server_recovers_every_row()
    {
        await using var folder = await template.CopyAsync();
        var killed = await HostProcess.StartAsync(folder.Path, ClusterUser.Server);
        await ClusterFolder.ExecuteAsync(killed.Said, "CREATE TABLE kept AS SELECT 42 AS n");
        var run = folder.Postmaster!.ProcessId;
        await killed.KillAsync();
        ClusterFolder.Kill(run);

        await using var next = await folder.StartAsync(ClusterUser.Server);

        Assert.Equal("42", await ClusterFolder.AskAsync(next.ConnectionString, "SELECT n FROM kept"));
    }

    [Fact]
    public async Task A_process_number_that_now_belongs_to_another_program_is_no_rival()
    {
        await using var folder = await template.CopyAsync();
        await File.WriteAllTextAsync(Path.Combine(folder.Data, "postmaster.pid"), $"{Environment.ProcessId}\n{folder.Data}\n", TestContext.Current.CancellationToken);

        await using var next = await folder.StartAsync(ClusterUser.Command);

        Assert.Equal("1", await ClusterFolder.AskAsync(next.ConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task A_cluster_whose_making_was_interrupted_is_made_anew()
    {
        await using var folder = new ClusterFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "data.new", "base"));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "owner.lock"), "", TestContext.Current.CancellationToken);

        await using var postgres = await folder.StartAsync(ClusterUser.Command);

        Assert.Equal("1", await ClusterFolder.AskAsync(postgres.ConnectionString, "SELECT 1"));
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "data.new")));
    }

    private static async Task<bool> AnswersAsync(string connectionString)
    {
        try
        {
            return await ClusterFolder.AskAsync(connectionString, "SELECT n FROM kept") == "42";
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
