using IdentityProvider.Server.Database;
using Microsoft.Extensions.Logging.Abstractions;

namespace IdentityProvider.Server.Tests.Database;

/// <summary>Where the cluster may lie, who may run it, and the one line said when it can't be.</summary>
public sealed class EmbeddedPostgresPlaceTests(ClusterTemplate template)
{
    [Fact]
    public async Task Missing_programs_are_one_line_that_says_what_to_install()
    {
        await using var folder = new ClusterFolder();

        var error = await RefusalAsync(folder.Options with { BinDirectories = ["/nonexistent", Path.GetTempPath()] });

        Assert.Contains("install", error, StringComparison.Ordinal);
        Assert.Contains("postgresql", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_of_another_major_version_is_not_touched()
    {
        await using var folder = new ClusterFolder();
        Directory.CreateDirectory(folder.Data);
        await File.WriteAllTextAsync(Path.Combine(folder.Data, "PG_VERSION"), "9\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "owner.lock"), "", TestContext.Current.CancellationToken);

        Assert.Contains("made by PostgreSQL 9", await RefusalAsync(folder.Options), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_with_other_files_is_refused()
    {
        await using var folder = new ClusterFolder();
        Directory.CreateDirectory(folder.Path);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "thesis.txt"), "mine", TestContext.Current.CancellationToken);

        Assert.Contains("holds other files", await RefusalAsync(folder.Options), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_postgres_that_does_not_start_says_why_in_one_line()
    {
        await using var folder = await template.CopyAsync();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "local.conf"), "shared_buffers = 'plenty'\n", TestContext.Current.CancellationToken);

        Assert.Contains("shared_buffers", await RefusalAsync(folder.Options), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operators_own_settings_count_except_those_that_guard_the_data()
    {
        await using var folder = new ClusterFolder();
        Directory.CreateDirectory(folder.Path);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "owner.lock"), "", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "local.conf"), "work_mem = '7MB'\nfsync = off\nlisten_addresses = '*'\n", TestContext.Current.CancellationToken);

        await using var postgres = await folder.StartAsync(ClusterUser.Command);

        Assert.Equal("7MB", await ClusterFolder.AskAsync(postgres.ConnectionString, "SHOW work_mem"));
        Assert.Equal("on", await ClusterFolder.AskAsync(postgres.ConnectionString, "SHOW fsync"));
        Assert.Equal("", await ClusterFolder.AskAsync(postgres.ConnectionString, "SHOW listen_addresses"));
    }

    [Theory]
    [InlineData("a directory, with 'odd' signs")]
    [InlineData("a-directory-whose-name-alone-is-longer-than-the-address-of-a-unix-socket-can-be-which-is-107-bytes-on-linux-and-fewer-elsewhere")]
    public async Task A_path_that_a_sockets_address_can_not_hold_works(string name)
    {
        await using var folder = new ClusterFolder(name);

        await using var postgres = await folder.StartAsync(ClusterUser.Command);

        Assert.Equal("1", await ClusterFolder.AskAsync(postgres.ConnectionString, "SELECT 1"));
        Assert.True(Directory.Exists(folder.Data));
    }

    [Fact]
    public async Task Root_puts_the_cluster_elsewhere_when_postgres_account_can_not_reach_the_directory()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root: only root runs PostgreSQL as another account");
        await using var folder = new ClusterFolder(Path.Combine("closed", "db"));
        var closed = Path.GetDirectoryName(folder.Path)!;
        Directory.CreateDirectory(closed);
        ClusterFolder.SetMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        string place;
        await using (var postgres = await folder.StartAsync(ClusterUser.Command))
        {
            place = postgres.Directory;
            Assert.StartsWith("/var/lib/idp/", place, StringComparison.Ordinal);
            await ClusterFolder.ExecuteAsync(postgres.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS n");
        }
        Assert.Equal(place, (await File.ReadAllTextAsync(Path.Combine(folder.Path, "moved-to"), TestContext.Current.CancellationToken)).Trim());

        // The place once chosen stays, also when the directory becomes reachable.
        ClusterFolder.SetMode(closed, ClusterFolder.Mode(closed) | UnixFileMode.OtherExecute);
        await using (var again = await folder.StartAsync(ClusterUser.Command))
            Assert.Equal("42", await ClusterFolder.AskAsync(again.ConnectionString, "SELECT n FROM kept"));
        Directory.Delete(place, recursive: true);
    }

    [Fact]
    public async Task Works_as_an_ordinary_user()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to switch to another account; the other tests here have run as an ordinary one");
        var account = UnprivilegedAccount.ForThisProcess()!;
        await using var folder = new ClusterFolder();
        var program = await ReadableProgramAsync(account, Path.GetDirectoryName(folder.Path)!);
        Directory.CreateDirectory(folder.Path);
        await ClusterDirectory.ChangeOwnerAsync(folder.Path, account.UserId, account.GroupId, TestContext.Current.CancellationToken);

        await using (var server = await HostProcess.StartAsync(folder.Path, ClusterUser.Server, account, program))
            Assert.StartsWith("Host=", server.Said, StringComparison.Ordinal);

        Assert.Null(folder.Postmaster);
        // What another account made, root leaves alone, and says whose it is.
        Assert.Contains($"belongs to the account {account.Name}", await RefusalAsync(folder.Options), StringComparison.Ordinal);
    }

    /// <summary>The host program where <paramref name="account"/> can read it: as built, or copied when the clone lies under a closed directory.</summary>
    private static async Task<string> ReadableProgramAsync(UnprivilegedAccount account, string folder)
    {
        const string Host = "EmbeddedPostgresHost.dll";
        if (await account.CanEnterAsync(AppContext.BaseDirectory, TestContext.Current.CancellationToken))
            return Path.Combine(AppContext.BaseDirectory, Host);
        var copied = Path.Combine(folder, "program");
        Assert.Equal(0, (await ShortProcess.RunAsync(["cp", "-r", AppContext.BaseDirectory, copied], TestContext.Current.CancellationToken)).ExitCode);
        Assert.Equal(0, (await ShortProcess.RunAsync(["chmod", "-R", "a+rX", copied], TestContext.Current.CancellationToken)).ExitCode);
        return Path.Combine(copied, Host);
    }

    private static async Task<string> RefusalAsync(EmbeddedPostgresOptions options)
    {
        var error = await Assert.ThrowsAsync<EmbeddedPostgresException>(
            () => EmbeddedPostgres.StartAsync(options, ClusterUser.Command, NullLogger.Instance, TestContext.Current.CancellationToken));
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }
}
