using System.Runtime.InteropServices;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// Work that gives way: it runs on a thread of its own, which the operating system lets wait while anything else wants the processor. Hashing a password
/// takes a hundred times as long as the making of a thread.
/// </summary>
internal static class LowPriority
{
    /// <summary>On Linux a sixtieth of another thread's share where both want one processor, all of it where none does.</summary>
    private const int Niceness = 19;

    private const int ThisThread = 0; // PRIO_PROCESS with no identifier: on Linux the calling thread

    public static Task<T> RunAsync<T>(Func<T> work) => Task.Factory.StartNew(
        () =>
        {
            GiveWay();
            return work();
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private static void GiveWay()
    {
        // .NET's own priorities mean nothing on Linux. Elsewhere setpriority speaks of the whole process. To be nicer is always allowed.
        if (OperatingSystem.IsLinux())
            _ = SetPriority(ThisThread, 0, Niceness);
        else
            Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
    }

    [DllImport("libc", EntryPoint = "setpriority", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, uint who, int priority);
}
