using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Keys;

/// <summary>The file that holds the master key: 32 bytes in base64, for its owner's eyes alone (keys/README.md).</summary>
public static class MasterKeyFile
{
    private const UnixFileMode Strangers = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

    /// <summary>Base64 of 32 bytes has 44 characters; a line end, or a few spaces, may follow.</summary>
    private const int LongestFile = 128;

    /// <summary>How long another process may take between making the file and having written it.</summary>
    private static readonly TimeSpan WriterTakes = TimeSpan.FromSeconds(5);

    /// <summary>Reads the key. A development run makes the file when there is none; processes that start at once agree on one key.</summary>
    /// <exception cref="KeyException">There is no file, it is no key, or others may read it.</exception>
    public static MasterKey Load(string file, bool isDevelopment, Entropy entropy, ILogger logger)
    {
        try
        {
            if (isDevelopment && TryMake(file, entropy))
                Log.MasterKeyMade(logger, file);
            if (isDevelopment)
                SpinWait.SpinUntil(() => IsWritten(file), WriterTakes);
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read);
            RefuseStrangers(stream, isDevelopment, logger);
            return Read(stream, entropy);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KeyException($"There is no master key at {file} (Idp:Keys:MasterKeyFile). Make one as keys/README.md says, the same for every node; a new one can't read what another encrypted.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyException($"The master key at {file} can't be read: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>One process alone makes the file: the operating system lets a single creation succeed.</summary>
    private static bool TryMake(string file, Entropy entropy)
    {
        if (File.Exists(file))
            return false;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using var stream = new FileStream(file, options);
            stream.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(entropy.Bytes(MasterKey.Length)) + "\n"));
            stream.Flush(flushToDisk: true);
            return true;
        }
        catch (IOException) when (File.Exists(file))
        {
            return false;
        }
    }

    /// <summary>False while another development run has made the file and not written it yet.</summary>
    private static bool IsWritten(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read);
            return stream.Length > 0;
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return false;
        }
    }

    // Only on the stack, which is cleared: a string or an array would stay in memory until something else wants its place.
    private static MasterKey Read(FileStream stream, Entropy entropy)
    {
        Span<byte> content = stackalloc byte[LongestFile + 1];
        Span<byte> key = stackalloc byte[LongestFile];
        try
        {
            var length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            var text = content[..length].Trim(" \t\r\n"u8);
            return length <= LongestFile && Base64.DecodeFromUtf8(text, key, out _, out var written) == OperationStatus.Done && written == MasterKey.Length
                ? new MasterKey(key[..written], entropy)
                : throw new KeyException($"The file {stream.Name} (Idp:Keys:MasterKeyFile) is no master key: that is {MasterKey.Length} bytes in base64. Put back the one that this database was used with; a new one can't read it.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    // The open file's mode, so that a link's own doesn't count. A mounted secret is often root's and readable by the process's group: that
    // is said, not refused.
    private static void RefuseStrangers(FileStream stream, bool isDevelopment, ILogger logger)
    {
        if (OperatingSystem.IsWindows())
            return;
        var mode = File.GetUnixFileMode(stream.SafeFileHandle);
        if ((mode & Strangers) != 0 && !isDevelopment)
            throw new KeyException($"Others than its owner can read or change the master key {stream.Name}: chmod 600 {stream.Name}");
        if ((mode & (Strangers | UnixFileMode.GroupRead)) != 0)
            Log.MasterKeyReadable(logger, stream.Name);
    }
}
