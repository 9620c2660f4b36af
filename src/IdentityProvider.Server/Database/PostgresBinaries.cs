using System.Text.RegularExpressions;

namespace IdentityProvider.Server.Database;

/// <summary>One installed PostgreSQL: the directory that holds its <c>initdb</c> and <c>postgres</c>, and its version.</summary>
internal sealed partial record PostgresBinaries(string Directory, string Version)
{
    public string Initdb => Path.Combine(Directory, "initdb");

    public string Postgres => Path.Combine(Directory, "postgres");

    public int Major => int.Parse(Version.Split('.', 2)[0], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Where PostgreSQL is looked for: PATH, then the places of Debian, Red Hat, Homebrew and Postgres.app, newest first.</summary>
    public static IReadOnlyList<string> UsualDirectories()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return
        [
            .. path,
            .. NewestFirst("/usr/lib/postgresql", "*", "bin"),
            .. NewestFirst("/usr", "pgsql-*", "bin"),
            .. NewestFirst("/opt/homebrew/opt", "postgresql@*", "bin"),
            .. NewestFirst("/usr/local/opt", "postgresql@*", "bin"),
            .. NewestFirst("/Applications/Postgres.app/Contents/Versions", "*", "bin"),
            "/usr/libexec/postgresql",
        ];
    }

    /// <summary>
    /// The PostgreSQL to run. A cluster can be run only by the major version that made it: with <paramref name="clusterMajor"/> that one
    /// is taken, wherever it stands in the list; without, the first found.
    /// </summary>
    public static async Task<PostgresBinaries> FindAsync(IEnumerable<string> directories, int? clusterMajor, CancellationToken cancellationToken)
    {
        var found = new List<PostgresBinaries>();
        foreach (var directory in directories.Select(WithLinksResolved).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            var said = await ShortProcess.RunAsync([Path.Combine(directory, "postgres"), "--version"], cancellationToken);
            if (said.ExitCode != 0 || VersionNumber().Match(said.Output) is not { Success: true } version)
                continue;
            var binaries = new PostgresBinaries(directory, version.Value);
            if (clusterMajor is null || binaries.Major == clusterMajor)
                return binaries;
            found.Add(binaries);
        }
        throw new EmbeddedPostgresException(found.Count == 0
            ? $"PostgreSQL's initdb and postgres were not found in PATH nor in the usual places: install them ({HowToInstall()}), or set Idp__Database__ConnectionString"
            : $"the database was made by PostgreSQL {clusterMajor}, but only {string.Join(" and ", found.Select(b => b.Version))} was found: install PostgreSQL {clusterMajor}, or move the data with pg_upgrade");
    }

    private static string HowToInstall() =>
        OperatingSystem.IsMacOS() ? "brew install postgresql" : "apt-get install postgresql on Debian and Ubuntu, dnf install postgresql-server on Fedora";

    /// <summary>The real directory behind <paramref name="directory"/>'s <c>postgres</c> when both programs are there, or null.</summary>
    private static string? WithLinksResolved(string directory)
    {
        var postgres = new FileInfo(Path.Combine(directory, "postgres"));
        if (!postgres.Exists)
            return null;
        var real = Path.GetDirectoryName(postgres.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? postgres.FullName)!;
        return File.Exists(Path.Combine(real, "initdb")) && File.Exists(Path.Combine(real, "postgres")) ? real : null;
    }

    private static IEnumerable<string> NewestFirst(string parent, string pattern, string child)
    {
        if (!System.IO.Directory.Exists(parent))
            return [];
        return System.IO.Directory.EnumerateDirectories(parent, pattern)
            .OrderByDescending(path => double.TryParse(VersionNumber().Match(Path.GetFileName(path)).Value, System.Globalization.CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(path => Path.Combine(path, child));
    }

    [GeneratedRegex(@"[0-9]+(\.[0-9]+)?")]
    private static partial Regex VersionNumber();
}
