using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Protocol.Admin;

/// <summary>
/// The clients that come with the server, by which people administer it: ordinary ones of OpenID Connect but that nobody registers, changes or
/// deletes them, and nobody else can have their names.
/// </summary>
public static class BuiltInClients
{
    /// <summary>The operators' pages at <see cref="ConsolePath"/>.</summary>
    public const string Console = "idp-console";

    /// <summary>Below the issuer.</summary>
    public const string ConsolePath = "/admin";

    /// <summary>Its redirect URI, below the issuer.</summary>
    public const string ConsoleCallbackPath = ConsolePath + "/callback";

    /// <summary>Where a person comes who signed out of it, below the issuer.</summary>
    public const string ConsoleSignedOutPath = ConsolePath + "/signed-out";

    /// <summary>Commands with <c>--server</c>, by a sign-in on another device (RFC 8628).</summary>
    public const string CommandLine = "idp-cli";

    private static readonly string[] Identifiers = [Console, CommandLine];

    /// <summary>Whether the identifier is one's, or so near that people would take it for one's.</summary>
    public static bool IsIdentifier(string clientId) => Identifiers.Contains(clientId, StringComparer.OrdinalIgnoreCase);

    /// <summary>The client of that identifier; null where it isn't built in.</summary>
    /// <param name="clientId">The identifier.</param>
    /// <param name="issuer">Ours.</param>
    /// <param name="signsInCommandLine">
    /// Whether commands may sign in; where they may not, <see cref="CommandLine"/> has no grant and no API, so that what it was given before opens nothing either.
    /// </param>
    public static Client? Find(string clientId, string issuer, bool signsInCommandLine = true) => clientId switch
    {
        Console => ConsoleOf(issuer),
        CommandLine when signsInCommandLine => CommandLineOf(issuer),
        CommandLine => CommandLineOf(issuer) with { GrantTypes = [], Scope = ScopeSet.Empty, Resources = [] },
        _ => null,
    };

    /// <summary>
    /// The console proves who it is by being this very process (RFC 6749 §2.3): from outside nobody can be it, since it has no secret that fits.
    /// </summary>
    public static AuthenticatedClient ConsoleInThisProcess(string issuer) => new(ConsoleOf(issuer));

    // Whoever runs a command may say that it is this one (RFC 8252 §8.6), so people are asked each time.
    private static Client CommandLineOf(string issuer) => new()
    {
        ClientId = CommandLine,
        ClientName = "The command line of administration",
        ApplicationType = ApplicationType.Native,
        GrantTypes = [GrantTypes.DeviceCode, GrantTypes.RefreshToken],
        TokenEndpointAuthMethod = ClientAuthenticationMethod.None,
        Scope = ScopeSet.Of([AdminApi.ReadAll, AdminApi.WriteAll]),
        Resources = [AdminApi.IdentifierOf(issuer)],
    };

    private static Client ConsoleOf(string issuer) => new()
    {
        ClientId = Console,
        ClientName = "Administration",
        RedirectUris = [issuer + ConsoleCallbackPath],
        PostLogoutRedirectUris = [issuer + ConsoleSignedOutPath],
        GrantTypes = [GrantTypes.AuthorizationCode],
        TokenEndpointAuthMethod = ClientAuthenticationMethod.ClientSecretBasic,
        Scope = ScopeSet.Of([ScopeSet.OpenId, AdminApi.ReadAll, AdminApi.WriteAll]),
        Resources = [AdminApi.IdentifierOf(issuer)],
        RequireConsent = false,
    };
}
