using System.Globalization;

namespace IdentityProvider.Server.Database;

/// <summary>
/// What lies in the embedded cluster's directory. The directory is ours alone: 0700, or, when this process is root, root's with 0710, so that
/// <see cref="Account"/> may pass to <see cref="Data"/> and the socket, which are its own and 0700. All else in it stays root's: a broken-into
/// PostgreSQL can't change what root reads or writes there.
/// </summary>
/// <param name="Configured">The directory that the operator named, as an absolute path.</param>
/// <param name="Path">The directory in use: <paramref name="Configured"/>, or its stand-in where <paramref name="Account"/> can't reach that.</param>
/// <param name="Account">The account that PostgreSQL runs as, or null for this process's own.</param>
internal sealed record ClusterDirectory(string Configured, string Path, UnprivilegedAccount? Account)
{
    public string Data => In("data");

    /// <summary>A cluster in the making; renamed to <see cref="Data"/> when whole.</summary>
    public string UnfinishedData => In("data.new");

    public string Configuration => In("postgresql.conf");

    public string Access => In("pg_hba.conf");

    /// <summary>An operator's own settings, read between ours that may be changed and ours that may not. Need not exist.</summary>
    public string LocalConfiguration => In("local.conf");

    public string Log => In("postgres.log");

    /// <summary>Held by the one server that runs the cluster. The first file made, so its presence says that the directory is ours.</summary>
    public string OwnerLock => In("owner.lock");

    public string OwnerProcessId => In("owner.pid");

    /// <summary>Shared by all who use the cluster; who gets it exclusively was the last one, and stops PostgreSQL.</summary>
    public string UsersLock => In("users.lock");

    /// <summary>Held for the moment in which a process looks whether PostgreSQL runs, and starts it.</summary>
    public string StartLock => In("start.lock");

    /// <summary>The major version of PostgreSQL that made the cluster, or null when there is none yet.</summary>
    public int? Major
    {
        get
        {
            var file = System.IO.Path.Combine(Data, "PG_VERSION");
            return File.Exists(file) && int.TryParse(File.ReadAllText(file).Trim().Split('.')[0], CultureInfo.InvariantCulture, out var major) ? major : null;
        }
    }

    /// <summary><paramref name="command"/>, as the account that PostgreSQL runs as.</summary>
    public IEnumerable<string> AsAccount(IEnumerable<string> command) => Account is null ? command : Account.Run(command);

    /// <summary>Makes <paramref name="directory"/>, 0700, belonging to the account that PostgreSQL runs as.</summary>
    public async Task MakePrivateAsync(string directory, CancellationToken cancellationToken)
    {
        UnixModes.MakeDirectory(directory, UnixModes.Private);
        if (Account is not null)
            await ChangeOwnerAsync(directory, Account.UserId, Account.GroupId, cancellationToken);
        UnixModes.Set(directory, UnixModes.Private);
    }

    /// <summary>.NET has no chown; the program of that name is everywhere.</summary>
    public static async Task ChangeOwnerAsync(string path, int user, int group, CancellationToken cancellationToken)
    {
        var done = await ShortProcess.RunAsync(["chown", "--no-dereference", $"{user}:{group}", path], cancellationToken);
        if (done.ExitCode != 0)
            throw new EmbeddedPostgresException($"the database's directory could not be prepared: {done.Error}");
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
