using System.Diagnostics;

namespace IdentityProvider.Server.Database;

/// <summary>
/// An advisory lock on a file (flock), held while the stream is open. The kernel frees it when its holder ends, however it ends, so a lock is
/// never stale. The file's content means nothing, and programs that this process starts don't inherit the lock.
/// </summary>
internal static class FileLock
{
    /// <summary>EWOULDBLOCK, which .NET hands on as the exception's HResult.</summary>
    private static readonly int WouldBlock = OperatingSystem.IsMacOS() ? 35 : 11;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    /// <summary>Makes the file to lock, if it isn't there.</summary>
    public static void Make(string path)
    {
        if (File.Exists(path))
            return;
        try
        {
            new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0 }).Dispose();
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was first.
        }
    }

    public static FileStream? TryExclusive(string path) => TryOpen(path, FileAccess.ReadWrite, FileShare.None);

    public static FileStream? TryShared(string path) => TryOpen(path, FileAccess.Read, FileShare.Read);

    /// <summary>Tries <paramref name="take"/> until it gives a lock, or null when <paramref name="patience"/> ran out. flock itself could wait, but not be cancelled.</summary>
    public static async Task<FileStream?> WaitAsync(Func<FileStream?> take, TimeSpan patience, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(Interval);
        while (true)
        {
            if (take() is { } taken)
                return taken;
            if (waited.Elapsed > patience)
                return null;
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private static FileStream? TryOpen(string path, FileAccess access, FileShare share)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = access, Share = share, BufferSize = 0 });
        }
        catch (IOException error) when (error.HResult == WouldBlock)
        {
            return null;
        }
    }
}
