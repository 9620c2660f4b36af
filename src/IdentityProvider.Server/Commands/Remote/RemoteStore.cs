using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace IdentityProvider.Server.Commands.Remote;

/// <summary>Sign-ins of one person at servers: a file each in their own configuration directory, which nobody else can read.</summary>
/// <param name="folder">Where.</param>
internal sealed class RemoteStore(string folder)
{
    private const UnixFileMode OwnFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Of whoever runs the command.</summary>
    public static RemoteStore OfPerson => new(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "idp", "servers"));

    public RemoteTokens? Find(string server)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(FileOf(server)), RemoteJson.Default.RemoteTokens);
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Written beside and put in place, so that no command reads half of it.
    public void Put(string server, RemoteTokens tokens)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnFolder);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnFile;
        var beside = $"{FileOf(server)}.{Environment.ProcessId}";
        File.Delete(beside);
        using (var file = new FileStream(beside, options))
            JsonSerializer.Serialize(file, tokens, RemoteJson.Default.RemoteTokens);
        File.Move(beside, FileOf(server), overwrite: true);
    }

    public void Forget(string server) => File.Delete(FileOf(server));

    private string FileOf(string server) => Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(server)))[..32] + ".json");
}

/// <summary>Source-generated.</summary>
[JsonSerializable(typeof(RemoteTokens))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class RemoteJson : JsonSerializerContext;
