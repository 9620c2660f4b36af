using IdentityProvider.Server.Database;
using Microsoft.Extensions.Logging.Abstractions;

namespace IdentityProvider.Server.Tests.Database;

/// <summary>What the cluster is, and how long it runs.</summary>
public sealed class EmbeddedPostgresTests(ClusterTemplate template)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Fact]
    public async Task Makes_a_durable_private_cluster_that_is_reached_by_its_socket_alone()
    {
        Environment.SetEnvironmentVariable("SECRET_OF_THIS_PROCESS", "a secret of ours");
        await using var folder = new ClusterFolder();
        await using var postgres = await folder.StartAsync(ClusterUser.Server);

        Task<string?> Ask(string sql) => ClusterFolder.AskAsync(postgres.ConnectionString, sql);
        Assert.Equal("", await Ask("SHOW listen_addresses"));
        Assert.Equal("on", await Ask("SHOW fsync"));
        Assert.Equal("on", await Ask("SHOW full_page_writes"));
        Assert.Equal("on", await Ask("SHOW synchronous_commit"));
        Assert.Equal("on", await Ask("SHOW data_checksums"));
        Assert.Equal("UTF8/C", await Ask("SELECT pg_encoding_to_char(encoding) || '/' || datcollate FROM pg_database WHERE datname = 'idp'"));
        Assert.Equal("idp/False", await Ask("SELECT current_user || '/' || CASE WHEN rolsuper THEN 'True' ELSE 'False' END FROM pg_roles WHERE rolname = current_user"));

        Assert.Equal(Private, ClusterFolder.Mode(folder.Data));
        Assert.Equal(Private, ClusterFolder.Mode(Path.Combine(folder.Path, "socket")));
        Assert.Equal(default, ClusterFolder.Mode(folder.Path) & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute));
        if (OperatingSystem.IsLinux())
            Assert.DoesNotContain("Idp__", await File.ReadAllTextAsync($"/proc/{folder.Postmaster!.ProcessId}/environ", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stops_postgres_when_the_last_user_leaves_and_keeps_what_was_committed()
    {
        await using var folder = new ClusterFolder();
        await using (var postgres = await folder.StartAsync(ClusterUser.Server))
            await ClusterFolder.ExecuteAsync(postgres.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS n");
        Assert.Null(folder.Postmaster);
        Assert.False(File.Exists(Path.Combine(folder.Data, "postmaster.pid")));

        await using var again = await folder.StartAsync(ClusterUser.Command);
        Assert.Equal("42", await ClusterFolder.AskAsync(again.ConnectionString, "SELECT n FROM kept"));
    }

    [Fact]
    public async Task A_command_attaches_to_the_servers_cluster_and_leaves_it_running()
    {
        await using var folder = await template.CopyAsync();
        await using var server = await HostProcess.StartAsync(folder.Path, ClusterUser.Server);
        var run = folder.Postmaster!.ProcessId;

        await using (var command = await folder.StartAsync(ClusterUser.Command))
            Assert.Equal(server.Said, command.ConnectionString);

        Assert.Equal(run, folder.Postmaster?.ProcessId);
        await server.EndAsync();
        Assert.Null(folder.Postmaster);
    }

    [Fact]
    public async Task Commands_that_come_at_once_share_one_postgres_and_the_last_stops_it()
    {
        await using var folder = new ClusterFolder();
        var commands = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => HostProcess.StartAsync(folder.Path, ClusterUser.Command)));
        Assert.All(commands, command => Assert.StartsWith("Host=", command.Said, StringComparison.Ordinal));

        foreach (var command in commands[..^1])
            await command.EndAsync();
        Assert.NotNull(folder.Postmaster);
        await commands[^1].EndAsync();
        Assert.Null(folder.Postmaster);
    }

    [Fact]
    public async Task Commands_that_follow_one_another_closely_all_work()
    {
        await using var folder = await template.CopyAsync();

        await Parallel.ForEachAsync(Enumerable.Range(0, 12), new ParallelOptions { MaxDegreeOfParallelism = 3, CancellationToken = TestContext.Current.CancellationToken }, async (_, _) =>
        {
            await using var command = await folder.StartAsync(ClusterUser.Command);
            Assert.Equal("1", await ClusterFolder.AskAsync(command.ConnectionString, "SELECT 1"));
        });
        Assert.Null(folder.Postmaster);
    }

    [Fact]
    public async Task A_server_takes_over_what_a_command_has_started_and_the_command_leaves_it_running()
    {
        await using var folder = await template.CopyAsync();
        var command = await HostProcess.StartAsync(folder.Path, ClusterUser.Command);
        var run = folder.Postmaster!.ProcessId;

        await using var server = await folder.StartAsync(ClusterUser.Server);
        await command.EndAsync();

        Assert.Equal(run, folder.Postmaster?.ProcessId);
        Assert.Equal("1", await ClusterFolder.AskAsync(server.ConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task A_second_server_is_told_the_directory_and_the_process_that_runs_it()
    {
        await using var folder = await template.CopyAsync();
        await using var first = await HostProcess.StartAsync(folder.Path, ClusterUser.Server);

        var error = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => folder.StartAsync(ClusterUser.Server));

        Assert.Contains(folder.Path, error.Message, StringComparison.Ordinal);
        Assert.Contains($"process {first.Id})", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task A_start_that_is_cancelled_leaves_nothing_running()
    {
        await using var folder = await template.CopyAsync();
        using var cancelled = new CancellationTokenSource();
        var starting = EmbeddedPostgres.StartAsync(folder.Options, ClusterUser.Server, NullLogger.Instance, cancelled.Token);

        // PostgreSQL names its process in this file first of all, long before it takes connections.
        await Eventually.TrueAsync(() => starting.IsCompleted || File.Exists(Path.Combine(folder.Data, "postmaster.pid")), "PostgreSQL is starting");
        await cancelled.CancelAsync();
        try
        {
            await (await starting).DisposeAsync();
        }
        catch (OperationCanceledException)
        {
            // Or else it was quicker than the cancellation.
        }

        Assert.Null(folder.Postmaster);
        Assert.False(File.Exists(Path.Combine(folder.Data, "postmaster.pid")));
    }

    [Fact]
    public async Task A_ctrl_c_at_our_terminal_does_not_reach_postgres()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc, which only Linux has");
        await using var folder = await template.CopyAsync();
        await using var server = await folder.StartAsync(ClusterUser.Server);

        // Process id, (name), state, parent, process group, session.
        var fields = (await File.ReadAllTextAsync($"/proc/{folder.Postmaster!.ProcessId}/stat", TestContext.Current.CancellationToken)).Split(' ');
        Assert.Equal(fields[0], fields[4]);
        Assert.Equal(fields[0], fields[5]);
    }
}
