namespace IdentityProvider.Protocol.Integration;

/// <summary>What a partner copies to connect one client with one platform. Made by <see cref="SnippetRules.Decide"/> alone; no secret is in it.</summary>
public sealed class Snippet
{
    internal Snippet(Platform platform, IReadOnlyList<SnippetFile> files, IReadOnlyList<SnippetVariable> environment, IReadOnlyList<string> notes)
    {
        Platform = platform;
        Files = files;
        Environment = environment;
        Notes = notes;
    }

    public Platform Platform { get; }

    public IReadOnlyList<SnippetFile> Files { get; }

    /// <summary>What stays out of the files: the variables that are set where it runs.</summary>
    public IReadOnlyList<SnippetVariable> Environment { get; }

    /// <summary>What else is to be done or known; a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }
}

/// <summary>A file.</summary>
/// <param name="Name">By which it is usually called.</param>
/// <param name="Language">As a fenced block of Markdown names it.</param>
/// <param name="Text">All of it, with a line end at its end.</param>
public sealed record SnippetFile(string Name, string Language, string Text);

/// <summary>An environment variable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Meaning">What it is set to.</param>
public sealed record SnippetVariable(string Name, string Meaning)
{
    /// <summary>The secret of the client, told once when it was registered.</summary>
    public static SnippetVariable ClientSecret { get; } = new("CLIENT_SECRET", "the client's secret, as it was told when the client was registered");

    /// <summary>Of the partner's own.</summary>
    public static SnippetVariable SessionSecret { get; } = new("SESSION_SECRET", "a long random text of your own, which protects your sessions: openssl rand -base64 32");
}

/// <summary>What became of the wish for one: it, or why there is none. Closed.</summary>
public abstract class SnippetDecision
{
    private SnippetDecision()
    {
    }

    public static implicit operator SnippetDecision(Snippet snippet) => new Made(snippet);

    public static implicit operator SnippetDecision(MetadataError reason) => new Unfit(reason);

    /// <summary>It can be copied.</summary>
    public sealed class Made : SnippetDecision
    {
        internal Made(Snippet snippet) => Snippet = snippet;

        public Snippet Snippet { get; }
    }

    /// <summary>The platform can't be this client, as the client is registered.</summary>
    public sealed class Unfit : SnippetDecision
    {
        internal Unfit(MetadataError reason) => Reason = reason;

        /// <summary>Which member of the registration doesn't fit, and what would.</summary>
        public MetadataError Reason { get; }
    }
}
