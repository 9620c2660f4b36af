namespace IdentityProvider.Protocol.Import;

/// <summary>What can't come along, as it is found.</summary>
internal sealed class ImportReport
{
    private readonly List<LeftBehind> _left = [];

    public IReadOnlyList<LeftBehind> Left => _left;

    /// <summary>Names come from a file, and go into a line.</summary>
    public void Add(string kind, string name, string what, string why) => _left.Add(new(kind, Plain(name), Plain(what), why));

    private static string Plain(string text) => text.Length == 0 || PlainText.IsPlain(text, most: 300) ? text : "?";
}
