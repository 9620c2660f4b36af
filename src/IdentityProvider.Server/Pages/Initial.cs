using System.Globalization;

namespace IdentityProvider.Server.Pages;

/// <summary>The one letter that stands for a name where there is no picture.</summary>
internal static class Initial
{
    /// <summary>The first character as a person counts them, whatever script or emoji it is.</summary>
    public static string Of(string name) => name.Trim() is { Length: > 0 } text ? StringInfo.GetNextTextElement(text).ToUpperInvariant() : "?";
}
