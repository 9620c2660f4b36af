namespace IdentityProvider.Server.Admin.Console;

/// <summary>Addresses below the console's own, as its forms and redirects take them.</summary>
internal static class ConsolePaths
{
    /// <param name="parts">Each of which may hold anything.</param>
    public static string Of(params string[] parts) => string.Concat(parts.Select(part => "/" + Uri.EscapeDataString(part)));
}
