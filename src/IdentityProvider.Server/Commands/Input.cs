using System.Text;
using System.Text.Json.Serialization.Metadata;
using IdentityProvider.Protocol;

namespace IdentityProvider.Server.Commands;

/// <summary>What a command reads: a file that an option names, or with <c>-</c> standard input.</summary>
internal static class Input
{
    public const string Standard = "-";

    /// <summary>Far more than any metadata has, in bytes.</summary>
    private const int Most = 256 * 1024;

    /// <summary>The whole content.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="most">In bytes.</param>
    /// <exception cref="InputException">It can't be read; the message is one line.</exception>
    public static async Task<byte[]> ReadAsync(string path, CancellationToken cancellation, int most = Most)
    {
        try
        {
            await using var stream = path == Standard ? Console.OpenStandardInput() : File.OpenRead(path);
            var content = new byte[most + 1];
            var length = await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellation);
            return length <= most ? content[..length] : throw new InputException($"{path}: is longer than {most / 1024} KiB");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputException($"{path}: can't be read: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>What a file says that an option may name; where it doesn't, what stands.</summary>
    public static async Task<Validated<T>> ReadAsync<T>(string? path, T standing, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class => path is null ? Validated.Of(standing) : MetadataJson.Read(await ReadAsync(path, cancellation), type);

    /// <summary>A password: what was written, or with <c>-</c> the first line of standard input, so that no list of processes shows it.</summary>
    public static async Task<string> ReadPasswordAsync(string written, CancellationToken cancellation)
    {
        if (written != Standard)
            return written;
        var line = Encoding.UTF8.GetString(await ReadAsync(Standard, cancellation)).Split('\n')[0];
        return line.TrimEnd('\r');
    }
}

/// <summary>A file can't be read; the message is the one line for who named it.</summary>
internal sealed class InputException(string message) : Exception(message);
