using System.Security.Cryptography;
using IdentityProvider.Server.Http;

namespace IdentityProvider.Server.Pages;

/// <summary>The design system's files: in the assembly, served under a name that changes with their content, so that browsers may keep them for ever.</summary>
internal sealed class DesignFile
{
    private static readonly TimeSpan ForAYear = TimeSpan.FromDays(365);

    private readonly PublicDocument _document;

    private DesignFile(string name, string contentType)
    {
        using var resource = typeof(DesignFile).Assembly.GetManifestResourceStream("Design/" + name) ?? throw new InvalidOperationException($"{name} is not in the assembly.");
        using var content = new MemoryStream();
        resource.CopyTo(content);
        var bytes = content.ToArray();
        Path = $"/design/{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 6))}/{name}";
        _document = new PublicDocument(bytes, contentType, ForAYear, isImmutable: true);
    }

    public static DesignFile Stylesheet { get; } = new("idp.css", "text/css; charset=utf-8");

    /// <summary>What the account's pages need beyond that.</summary>
    public static DesignFile Account { get; } = new("account.css", "text/css; charset=utf-8");

    /// <summary>What the operators' pages need beyond that.</summary>
    public static DesignFile Console { get; } = new("console.css", "text/css; charset=utf-8");

    /// <summary>Moments in the browser's time zone.</summary>
    public static DesignFile Moments { get; } = new("moments.js", "text/javascript; charset=utf-8");

    /// <summary>What passkeys need of a browser.</summary>
    public static DesignFile Passkeys { get; } = new("passkeys.js", "text/javascript; charset=utf-8");

    /// <summary>The way on from the page that signs a browser out of apps.</summary>
    public static DesignFile GoOn { get; } = new("go-on.js", "text/javascript; charset=utf-8");

    public static DesignFile Icon { get; } = new("mark.svg", "image/svg+xml");

    public string Path { get; }

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var file in new[] { Stylesheet, Account, Console, Moments, Passkeys, GoOn, Icon })
            routes.MapMethods(file.Path, [HttpMethods.Get, HttpMethods.Head], file._document.WriteAsync);
    }
}
