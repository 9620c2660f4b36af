using System.Collections.Concurrent;
using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;

namespace IdentityProvider.Server.Pages;

/// <summary>
/// What pages and mails say, in the reader's language (<see cref="CultureInfo.CurrentUICulture"/>): <c>"Home.Title"</c> is the text <c>Title</c>
/// of the resource file <c>Texts/Home.resx</c> and of its translations.
/// </summary>
public sealed partial class Texts
{
    private readonly ConcurrentDictionary<string, ResourceManager> _areas = new(StringComparer.Ordinal);

    /// <exception cref="InvalidOperationException">There is no such text: a mistake of ours.</exception>
    public string this[string key]
    {
        get
        {
            var dot = key.IndexOf('.', StringComparison.Ordinal);
            var area = _areas.GetOrAdd(key[..dot], name => new ResourceManager("IdentityProvider.Server.Texts." + name, typeof(Texts).Assembly));
            return area.GetString(key[(dot + 1)..], CultureInfo.CurrentUICulture) ?? throw new InvalidOperationException($"There is no text '{key}'.");
        }
    }

    /// <summary>A text with its placeholders <c>{0}</c>, <c>{1}</c>, … filled.</summary>
    public string this[string key, params object?[] values] => string.Format(CultureInfo.CurrentCulture, this[key], values);

    /// <summary>What is written there is in this language, whatever the thread's is.</summary>
    public static T In<T>(CultureInfo language, Func<T> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var (culture, uiCulture) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = language;
            return write();
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, uiCulture);
        }
    }

    /// <summary>A text whose placeholders are markup: <c>@T.Phrase("Home.SignedInAs", @&lt;strong&gt;@name&lt;/strong&gt;)</c>.</summary>
    public RenderFragment Phrase(string key, params RenderFragment[] parts) => builder =>
    {
        foreach (var piece in Placeholder.Split(this[key]))
        {
            if (piece is ['{', .. var number, '}'])
                builder.AddContent(0, parts[int.Parse(number, CultureInfo.InvariantCulture)]);
            else
                builder.AddContent(1, piece);
        }
    };

    [GeneratedRegex(@"(\{[0-9]\})")]
    private static partial Regex Placeholder { get; }
}
