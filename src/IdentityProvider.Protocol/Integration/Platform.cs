namespace IdentityProvider.Protocol.Integration;

/// <summary>What partners build with, for which there is something to copy. docs/integrating/ has a page for each.</summary>
public enum Platform
{
    /// <summary>The OpenID Connect handler of ASP.NET Core.</summary>
    AspNetCore,

    /// <summary>openid-client, with Express where there are pages.</summary>
    Node,

    /// <summary>Spring Boot with Spring Security.</summary>
    Spring,

    /// <summary>Authlib, with Flask where there are pages.</summary>
    Python,

    /// <summary>Apache in front of something that knows nothing of OpenID Connect.</summary>
    ModAuthOpenidc,

    /// <summary>A proxy in front of the same.</summary>
    OAuth2Proxy,

    /// <summary>A shell: to try a registration, or for a job.</summary>
    Curl,
}

/// <summary>The platforms by the words of commands, the Admin API and docs/integrating/.</summary>
public static class Platforms
{
    private static readonly (Platform Platform, string Word, string Title)[] All =
    [
        (Platform.AspNetCore, "aspnetcore", "ASP.NET Core"),
        (Platform.Node, "node", "Node"),
        (Platform.Spring, "spring", "Spring Boot"),
        (Platform.Python, "python", "Python"),
        (Platform.ModAuthOpenidc, "mod_auth_openidc", "Apache, mod_auth_openidc"),
        (Platform.OAuth2Proxy, "oauth2-proxy", "oauth2-proxy"),
        (Platform.Curl, "curl", "A shell, curl"),
    ];

    /// <summary>Every word, in the order of <see cref="Platform"/>.</summary>
    public static IReadOnlyList<string> Words { get; } = [.. All.Select(entry => entry.Word)];

    public static string WordOf(Platform platform) => All[(int)platform].Word;

    /// <summary>What people are shown.</summary>
    public static string TitleOf(Platform platform) => All[(int)platform].Title;

    /// <summary>The platform that a word is; null where it is none.</summary>
    public static Platform? Read(string? word)
    {
        foreach (var (platform, known, _) in All)
        {
            if (known == word)
                return platform;
        }

        return null;
    }
}
