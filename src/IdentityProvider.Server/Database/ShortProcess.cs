using System.ComponentModel;
using System.Diagnostics;

namespace IdentityProvider.Server.Database;

/// <summary>A program that runs for a moment: its exit code and what it said.</summary>
internal sealed record ShortProcess(int ExitCode, string Output, string Error)
{
    /// <summary>Runs <paramref name="command"/> (program first) to its end. A program that isn't there throws <see cref="EmbeddedPostgresException"/>.</summary>
    public static async Task<ShortProcess> RunAsync(IEnumerable<string> command, CancellationToken cancellationToken)
    {
        var start = StartInfo(command);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Start(start);
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new(process.ExitCode, (await output).Trim(), (await error).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>
    /// How every program here is started: in the root directory, which any account can read, and with a bare environment, because ours may
    /// carry secrets (Idp__…) and PG* variables that would change what PostgreSQL does.
    /// </summary>
    public static ProcessStartInfo StartInfo(IEnumerable<string> command)
    {
        var start = new ProcessStartInfo { WorkingDirectory = "/", UseShellExecute = false };
        foreach (var word in command)
        {
            if (start.FileName.Length == 0)
                start.FileName = word;
            else
                start.ArgumentList.Add(word);
        }
        foreach (var name in start.Environment.Keys.Where(name => name is not ("PATH" or "LD_LIBRARY_PATH" or "DYLD_LIBRARY_PATH")).ToList())
            start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new EmbeddedPostgresException($"{start.FileName} could not be run: {error.Message}", error);
        }
    }
}
