using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Database;

/// <summary>Settles where the cluster and its socket lie. The answer is the same for every process that names the same directory.</summary>
internal static class ClusterPlace
{
    private const string StandIns = "/var/lib/idp";
    private const string SocketStandIns = "/run/idp";
    private const string MovedTo = "moved-to";

    /// <summary>What a socket's address holds (sun_path without its closing null), less the name that PostgreSQL adds.</summary>
    private static readonly int SocketDirectoryLimit = (OperatingSystem.IsMacOS() ? 103 : 107) - "/.s.PGSQL.5432".Length;

    public static async Task<ClusterDirectory> SettleAsync(string configured, ILogger logger, CancellationToken cancellationToken)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(configured));
        UnixModes.MakeDirectory(path, UnixModes.Private);
        RefuseForeign(path);

        if (UnprivilegedAccount.ForThisProcess() is not { } account)
        {
            UnixModes.Set(path, UnixModes.Private);
            return WithLocks(new(path, path, null));
        }

        await RefuseAnotherAccountsAsync(path, cancellationToken);
        // A place once chosen stays chosen, whatever permissions change later: else the data would seem lost.
        var standIn = Path.Combine(StandIns, Short(path));
        if (!Directory.Exists(Path.Combine(standIn, "data")))
        {
            await LetPassAsync(path, account, cancellationToken);
            if (await account.CanEnterAsync(path, cancellationToken))
                return WithLocks(new(path, path, account));
        }

        UnixModes.MakeDirectory(StandIns, UnixModes.AllMayPass);
        UnixModes.MakeDirectory(standIn, UnixModes.Private);
        await LetPassAsync(standIn, account, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(path, MovedTo), standIn + "\n", cancellationToken);
        Log.PostgresRelocated(logger, path, account.Name, standIn);
        return WithLocks(new(path, standIn, account));
    }

    /// <summary>Makes the directory for the socket: in the cluster's, or in a private one elsewhere when that path is too long for a socket's address.</summary>
    public static async Task<string> MakeSocketDirectoryAsync(ClusterDirectory cluster, CancellationToken cancellationToken)
    {
        var directory = SocketDirectory(cluster);
        if (cluster.Account is not null && directory.StartsWith(SocketStandIns, StringComparison.Ordinal))
            UnixModes.MakeDirectory(SocketStandIns, UnixModes.AllMayPass);
        else
            UnixModes.MakeDirectory(Path.GetDirectoryName(directory)!, UnixModes.Private);
        await cluster.MakePrivateAsync(directory, cancellationToken);
        return directory;
    }

    /// <summary>Removes the socket's directory after PostgreSQL has stopped: elsewhere than in the cluster's, it would be left lying about.</summary>
    public static void RemoveSocketDirectory(string directory)
    {
        if (Directory.Exists(directory) && !Directory.EnumerateFileSystemEntries(directory).Any())
            Directory.Delete(directory);
    }

    private static string SocketDirectory(ClusterDirectory cluster)
    {
        // A comma separates hosts in a connection string, and directories in PostgreSQL's setting.
        static bool Fits(string directory) => Encoding.UTF8.GetByteCount(directory) <= SocketDirectoryLimit && !directory.AsSpan().ContainsAny(",\"\n");

        var beside = Path.Combine(cluster.Path, "socket");
        if (Fits(beside))
            return beside;
        // Only parents that nobody else can write to: in a shared one, another account could make the directory first and take the socket's place.
        string?[] parents = cluster.Account is not null
            ? [SocketStandIns]
            : [Under(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR")];
        return parents.Where(parent => !string.IsNullOrEmpty(parent)).Select(parent => Path.Combine(parent!, "idp-" + Short(cluster.Path))).FirstOrDefault(Fits)
            ?? throw new EmbeddedPostgresException($"the path {cluster.Path} is too long to hold a Unix socket: set Idp__Database__Directory to one of at most {SocketDirectoryLimit - "/socket".Length} bytes");

        static string? Under(string parent, string name) => parent.Length == 0 ? null : Path.Combine(parent, name);
    }

    private static ClusterDirectory WithLocks(ClusterDirectory cluster)
    {
        foreach (var path in new[] { cluster.OwnerLock, cluster.UsersLock, cluster.StartLock })
        {
            FileLock.Make(path);
            UnixModes.Set(path, UnixModes.PrivateFile);
        }
        return cluster;
    }

    private static void RefuseForeign(string path)
    {
        var ours = File.Exists(Path.Combine(path, "owner.lock")) || File.Exists(Path.Combine(path, MovedTo));
        if (!ours && Directory.EnumerateFileSystemEntries(path).Any())
            throw new EmbeddedPostgresException($"{path} holds other files: set Idp__Database__Directory to a new or empty directory");
    }

    /// <summary>Root doesn't work in a directory that another account can rewrite, and that account could no longer use what root made there.</summary>
    private static async Task RefuseAnotherAccountsAsync(string path, CancellationToken cancellationToken)
    {
        var owner = await ShortProcess.RunAsync(["stat", "-c", "%u %U", path], cancellationToken);
        var words = owner.Output.Split(' ', 2);
        if (owner.ExitCode != 0 || !int.TryParse(words[0], CultureInfo.InvariantCulture, out var user))
            throw new EmbeddedPostgresException($"the owner of {path} can't be read: {owner.Error}");
        if (user == 0)
            return;
        if (File.Exists(Path.Combine(path, "owner.lock")))
            throw new EmbeddedPostgresException($"the database in {path} belongs to the account {words[1]}: run this as that account (sudo -u {words[1]} …)");
        await ClusterDirectory.ChangeOwnerAsync(path, 0, 0, cancellationToken);
    }

    private static async Task LetPassAsync(string path, UnprivilegedAccount account, CancellationToken cancellationToken)
    {
        await ClusterDirectory.ChangeOwnerAsync(path, 0, account.GroupId, cancellationToken);
        UnixModes.Set(path, UnixModes.GroupMayPass);
    }

    private static string Short(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..16];
}
