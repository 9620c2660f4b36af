namespace IdentityProvider.Server.Pages;

/// <summary>
/// The pages of ours to which a sign-in may lead back. A request names one by a word of this list and never by an address, so that nobody can
/// be led anywhere else.
/// </summary>
public sealed class OwnPage
{
    /// <summary>The parameter of <c>/login</c> that holds the word.</summary>
    public const string Parameter = "return_to";

    /// <summary>The parameter of a device's code on its way through the sign-in (<see cref="Pages.Device.EnteredCodes"/>).</summary>
    public const string EnteredParameter = "entered";

    private static readonly OwnPage[] All =
    [
        new("account", "/account"), new("password", "/account/password"), new("everywhere", "/account/everywhere"), new("device", "/device/consent"),
        new("passkeys", "/account/passkeys"), new("security", "/account/security"), new("authenticator", "/account/security/authenticator"),
        new("email", "/account/email"), new("confirm-email", "/confirm-email"),
    ];

    private OwnPage(string name, string path)
    {
        Name = name;
        Path = path;
    }

    public static OwnPage Account => All[0];

    public static OwnPage Password => All[1];

    public static OwnPage Everywhere => All[2];

    public static OwnPage Device => All[3];

    public static OwnPage Passkeys => All[4];

    public static OwnPage Security => All[5];

    public static OwnPage Authenticator => All[6];

    public static OwnPage Email => All[7];

    /// <summary>Where a link leads that was sent to a new address; it comes back here with what was entered, the link's secret.</summary>
    public static OwnPage ConfirmEmail => All[8];

    public string Name { get; }

    public string Path { get; }

    /// <summary>Where a person signs in to come back here.</summary>
    public string LoginPath => $"/login?{Parameter}={Name}";

    /// <summary>The page with what was entered for it before.</summary>
    public string PathWith(string? entered) => entered is null ? Path : $"{Path}?{EnteredParameter}={Uri.EscapeDataString(entered)}";

    /// <summary>Where a person signs in to come back here with it.</summary>
    public string LoginPathWith(string entered) => $"{LoginPath}&{EnteredParameter}={Uri.EscapeDataString(entered)}";

    /// <summary>The page of that name; null where there is none.</summary>
    public static OwnPage? Named(string? name) => All.FirstOrDefault(page => page.Name == name);
}
