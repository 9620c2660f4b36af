namespace IdentityProvider.Server;

/// <summary>
/// Settings whose value is the content of a file, as container engines mount secrets: <c>Idp__Database__ConnectionString__File</c> names the file of
/// <c>Idp__Database__ConnectionString</c>, and so for every other. A line end at the end of the file isn't part of it.
/// </summary>
internal static class SecretFiles
{
    private const string Suffix = ":File";

    /// <summary>Longer ones are no settings; in bytes.</summary>
    private const int Longest = 64 * 1024;

    /// <summary>The configuration with the contents in place of the names.</summary>
    /// <exception cref="SettingsException">A file can't be read, or the setting has a value besides.</exception>
    public static IConfiguration Read(IConfiguration configuration, string root)
    {
        var named = configuration.GetSection("Idp").AsEnumerable().Where(setting => setting.Value is not null && setting.Key.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase)).ToList();
        if (named.Count == 0)
            return configuration;
        var read = configuration.GetSection("Idp").AsEnumerable().Where(setting => !named.Contains(setting)).ToDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, file) in named)
        {
            var setting = key[..^Suffix.Length];
            if (read.GetValueOrDefault(setting) is not null)
                throw new SettingsException($"{setting} and {key} can't both be set.");
            read[setting] = Content(key, Path.GetFullPath(file!, root));
        }

        return new ConfigurationBuilder().AddInMemoryCollection(read).Build();
    }

    private static string Content(string key, string file)
    {
        try
        {
            if (new FileInfo(file).Length > Longest)
                throw new SettingsException($"{key}: {file} is longer than {Longest} bytes.");
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{key}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
