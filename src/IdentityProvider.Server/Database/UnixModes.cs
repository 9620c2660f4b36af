namespace IdentityProvider.Server.Database;

/// <summary>Directories and files with exact modes. The first thing done to a cluster's directory, so it is here that Windows is turned away.</summary>
internal static class UnixModes
{
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    public const UnixFileMode GroupMayPass = Private | UnixFileMode.GroupExecute;
    public const UnixFileMode AllMayPass = GroupMayPass | UnixFileMode.OtherExecute;
    public const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode AllMayRead = PrivateFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public static void MakeDirectory(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
            throw NotOnWindows();
        Directory.CreateDirectory(path, mode);
    }

    public static void Set(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
            throw NotOnWindows();
        File.SetUnixFileMode(path, mode);
    }

    private static EmbeddedPostgresException NotOnWindows() =>
        new("the embedded PostgreSQL runs on Linux and macOS: on Windows set Idp__Database__ConnectionString");
}
