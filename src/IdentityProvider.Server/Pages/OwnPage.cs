namespace IdentityProvider.Server.Pages;

/// <summary>
/// The pages of ours to which a sign-in may lead back. A request names one by a word of this list and never by an address, so that nobody can
/// be led anywhere else.
/// </summary>
public sealed class OwnPage
{
    /// <summary>The parameter of <c>/login</c> that holds the word.</summary>
    public const string Parameter = "return_to";

    private static readonly OwnPage[] All = [new("account", "/account"), new("password", "/account/password"), new("everywhere", "/account/everywhere")];

    private OwnPage(string name, string path)
    {
        Name = name;
        Path = path;
    }

    public static OwnPage Account => All[0];

    public static OwnPage Password => All[1];

    public static OwnPage Everywhere => All[2];

    public string Name { get; }

    public string Path { get; }

    /// <summary>Where a person signs in to come back here.</summary>
    public string LoginPath => $"/login?{Parameter}={Name}";

    /// <summary>The page of that name; null where there is none.</summary>
    public static OwnPage? Named(string? name) => All.FirstOrDefault(page => page.Name == name);
}
