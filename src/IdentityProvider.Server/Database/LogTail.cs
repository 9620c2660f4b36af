using System.Text;

namespace IdentityProvider.Server.Database;

/// <summary>What PostgreSQL wrote last, as material for an error message.</summary>
internal static class LogTail
{
    private const int Limit = 8192;

    /// <summary>The log from <paramref name="offset"/>, at most its last 8 KiB.</summary>
    public static string Read(string log, long offset)
    {
        if (!File.Exists(log))
            return "";
        using var stream = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Seek(Math.Max(Math.Min(offset, stream.Length), stream.Length - Limit), SeekOrigin.Begin);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>The one line that says why: the last fatal one (or what it points back to), or else the last.</summary>
    public static string Reason(string said)
    {
        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var word in new[] { "PANIC:", "FATAL:", "initdb: error:", "error:" })
        {
            var last = Array.FindLastIndex(lines, line => line.Contains(word, StringComparison.Ordinal));
            if (last < 0)
                continue;
            // "configuration file … contains errors": the error itself stands in the line before.
            var line = last > 0 && lines[last].EndsWith("contains errors", StringComparison.Ordinal) ? lines[last - 1] : lines[last];
            var start = line.IndexOf(": ", StringComparison.Ordinal);
            return start < 0 ? line : line[(start + 2)..].Trim();
        }
        return lines.LastOrDefault() ?? "it said nothing";
    }
}
