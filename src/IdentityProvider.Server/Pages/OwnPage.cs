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

    private OwnPage(string name, string path)
    {
        Name = name;
        Path = path;
    }

    public static OwnPage Account { get; } = new("account", "/account");

    public static OwnPage Password { get; } = new("password", "/account/password");

    public static OwnPage Everywhere { get; } = new("everywhere", "/account/everywhere");

    public static OwnPage Device { get; } = new("device", "/device/consent");

    public static OwnPage Security { get; } = new("security", "/account/security");

    public static OwnPage Authenticator { get; } = new("authenticator", "/account/security/authenticator");

    public static OwnPage Email { get; } = new("email", "/account/email");

    /// <summary>Where a link leads that was sent to a new address; it comes back here with what was entered, the link's secret.</summary>
    public static OwnPage ConfirmEmail { get; } = new("confirm-email", "/confirm-email");

    public static OwnPage Profile { get; } = new("profile", "/account/profile");

    public static OwnPage Links { get; } = new("links", "/account/links");

    public static OwnPage History { get; } = new("history", "/account/history");

    public static OwnPage Data { get; } = new("data", "/account/data");

    private static OwnPage[] All => [Account, Password, Everywhere, Device, Security, Authenticator, Email, ConfirmEmail, Profile, Links, History, Data];

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
