using System.Globalization;

namespace IdentityProvider.Server.Database;

/// <summary>The account that PostgreSQL runs as when this process is root, which PostgreSQL refuses to be.</summary>
internal sealed record UnprivilegedAccount(string Name, int UserId, int GroupId)
{
    private static readonly string[] SystemDirectories = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

    /// <summary>Null when this process isn't root: PostgreSQL then runs as the same account. Else <c>postgres</c>, or <c>nobody</c> where there is none.</summary>
    public static UnprivilegedAccount? ForThisProcess()
    {
        if (!Environment.IsPrivilegedProcess)
            return null;
        var accounts = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length >= 7).ToList();
        var account = accounts.Find(fields => fields[0] == "postgres") ?? accounts.Find(fields => fields[0] == "nobody")
            ?? throw new EmbeddedPostgresException("PostgreSQL does not run as root, and there is no account postgres or nobody to run it as: make one");
        return new(account[0], int.Parse(account[2], CultureInfo.InvariantCulture), int.Parse(account[3], CultureInfo.InvariantCulture));
    }

    /// <summary><paramref name="command"/>, run by this account: through setpriv, or runuser where there is none.</summary>
    public IEnumerable<string> Run(IEnumerable<string> command)
    {
        if (Installed("setpriv") is { } setpriv)
            return [setpriv, $"--reuid={UserId}", $"--regid={GroupId}", "--clear-groups", "--no-new-privs", .. command];
        if (Installed("runuser") is { } runuser)
            return [runuser, "-u", Name, "--", .. command];
        throw new EmbeddedPostgresException("PostgreSQL does not run as root, and neither setpriv nor runuser was found to run it as another account: install util-linux");
    }

    private static string? Installed(string program) => SystemDirectories.Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);

    /// <summary>Whether this account may enter <paramref name="directory"/>, asked of the kernel by trying, so that every kind of permission counts.</summary>
    public async Task<bool> CanEnterAsync(string directory, CancellationToken cancellationToken)
    {
        var tried = await ShortProcess.RunAsync(Run(["/bin/sh", "-c", "cd \"$0\"", directory]), cancellationToken);
        return tried.ExitCode == 0;
    }
}
