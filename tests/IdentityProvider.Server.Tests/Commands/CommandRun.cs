using System.Diagnostics;
using System.Text.Json.Nodes;

namespace IdentityProvider.Server.Tests.Commands;

/// <summary>The real executable, run once: what it said and how it ended.</summary>
internal sealed record CommandRun(int ExitCode, string StandardOutput, string StandardError)
{
    /// <summary>Standard output, which must be one JSON document and nothing else.</summary>
    public JsonNode Json => JsonNode.Parse(StandardOutput) ?? throw new InvalidOperationException("null");

    /// <summary>What was refused: exit code 1, nothing on standard output, one line on standard error.</summary>
    public string Refusal
    {
        get
        {
            Assert.Equal((1, ""), (ExitCode, StandardOutput));
            return Assert.Single(StandardError.TrimEnd('\n').Split('\n'));
        }
    }
}

/// <summary>Runs <c>idp</c> on one database, from a folder of its own.</summary>
internal sealed class CommandLine : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("idp-commands-");
    private readonly Dictionary<string, string> _settings;

    private CommandLine(Dictionary<string, string> settings) => _settings = settings;

    /// <summary>On a PostgreSQL database.</summary>
    public static CommandLine On(string connectionString) => new(new()
    {
        ["Idp__Database__ConnectionString"] = connectionString,
        ["Idp__Keys__MasterKeyFile"] = TestCluster.MasterKeyFile,
    });

    /// <summary>On an embedded database in a directory.</summary>
    public static CommandLine Embedded(string directory) => new(new()
    {
        ["Idp__Database__Directory"] = directory,
        ["Idp__Keys__MasterKeyFile"] = TestCluster.MasterKeyFile,
    });

    /// <summary>With other settings than its own, in addition.</summary>
    public CommandLine With(string setting, string value) => new(new(_settings) { [setting] = value });

    /// <summary>A command that is done: its document.</summary>
    public async Task<JsonNode> DoneAsync(string[] words, string? input = null)
    {
        var run = await RunAsync([.. words, "--json"], input);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', words)}: {run.ExitCode} {run.StandardError}");
        return run.Json;
    }

    public async Task<CommandRun> RunAsync(string[] words, string? input = null)
    {
        using var process = Start(words);
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new(process.ExitCode, await output, await error);
    }

    public Process Start(string[] words)
    {
        var host = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet";
        var start = new ProcessStartInfo(host, [Path.Combine(AppContext.BaseDirectory, "idp.dll"), .. words])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
        };
        start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        start.Environment["DOTNET_TieredPGO"] = "0"; // a process that lives for a moment gains nothing by measuring itself
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        foreach (var (name, value) in _settings)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
