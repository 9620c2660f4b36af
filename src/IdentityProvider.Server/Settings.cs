using IdentityProvider.Protocol;

namespace IdentityProvider.Server;

/// <summary>
/// Everything that can be set: section <c>Idp</c> of appsettings.json, or environment variables <c>Idp__…</c>. A name that ends in <c>:File</c> or <c>__File</c> names the file that a value stands in. Read once at start, validated
/// with one clear line for each mistake, and frozen. A name that is not here refuses to start, so that nothing is silently ignored.
/// </summary>
public sealed record Settings
{
    /// <summary>The issuer identifier without a trailing slash (RFC 8414 §2). Never taken from a request.</summary>
    public string Issuer { get; init; } = "";

    public AccountSettings Accounts { get; init; } = new();

    public AdministrationSettings Administration { get; init; } = new();

    public AuditSettings Audit { get; init; } = new();

    public DatabaseSettings Database { get; init; } = new();

    public KeySettings Keys { get; init; } = new();

    public SessionSettings Sessions { get; init; } = new();

    public AuthorizationSettings Authorization { get; init; } = new();

    public BrandingSettings Branding { get; init; } = new();

    public ClientCertificateSettings ClientCertificates { get; init; } = new();

    public ConnectionSettings Connections { get; init; } = new();

    public ForwardingSettings Forwarding { get; init; } = new();

    public LinkSettings Links { get; init; } = new();

    public MailSettings Mail { get; init; } = new();

    public OutgoingSettings Outgoing { get; init; } = new();

    public PasswordSettings Passwords { get; init; } = new();

    public RegistrationSettings Registration { get; init; } = new();

    public SecuritySettings Security { get; init; } = new();

    public ShutdownSettings Shutdown { get; init; } = new();

    public TelemetrySettings Telemetry { get; init; } = new();

    public ThrottlingSettings Throttling { get; init; } = new();

    /// <summary>Whether this is a development run, which may make its own master key and default to the loopback issuer.</summary>
    public bool IsDevelopment { get; private init; }

    /// <summary>Cookies carry <c>Secure</c> wherever the issuer is https.</summary>
    public bool IsHttps => Issuer.StartsWith("https://", StringComparison.Ordinal);

    /// <summary>The issuer's path, which stands before every path here: empty, or with a leading slash and no trailing one.</summary>
    public string PathBase => new Uri(Issuer).AbsolutePath.TrimEnd('/');

    /// <summary>
    /// The name of a cookie that goes to every path: with <c>__Host-</c> where the issuer is https, which binds it to https, this host and every path
    /// (RFC 6265bis §4.1.3.2); loopback http can't have it. The issuer's path is in the name, since another issuer on this host gets the cookie too.
    /// </summary>
    public string CookieName(string plain) => (IsHttps ? "__Host-" : "") + plain + PathBase.Replace('/', '!');

    /// <summary>
    /// A cookie that no script reads, and that comes along when another site links or redirects here (SameSite=Lax), never when it posts.
    /// </summary>
    /// <param name="lifetime">How long the browser keeps it; null until it is closed.</param>
    public CookieOptions Cookie(TimeSpan? lifetime = null) => new()
    {
        HttpOnly = true, Secure = IsHttps, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = lifetime, IsEssential = true,
    };

    /// <summary>Reads and validates the settings.</summary>
    /// <param name="configuration">All configuration; only the section <c>Idp</c> is read.</param>
    /// <param name="isDevelopment">Whether the environment is Development.</param>
    /// <param name="root">The directory that relative paths are relative to.</param>
    /// <exception cref="SettingsException">A setting is unknown or has no valid value; the message is one line.</exception>
    public static Settings Load(IConfiguration configuration, bool isDevelopment, string root)
    {
        Settings read;
        configuration = SecretFiles.Read(configuration, root);
        try
        {
            read = configuration.GetSection("Idp").Get<Settings>(o => o.ErrorOnUnknownConfiguration = true) ?? new Settings();
        }
        catch (InvalidOperationException e)
        {
            throw new SettingsException(Explain(e.Message.ReplaceLineEndings(" ")));
        }

        read = read with
        {
            IsDevelopment = isDevelopment,
            Issuer = read.Issuer.Length == 0 && isDevelopment ? "http://localhost:8080" : read.Issuer.TrimEnd('/'),
            // An empty list is none, and the binder takes it for one that isn't set.
            Accounts = configuration["Idp:Accounts:EditableClaims"] is "" ? read.Accounts with { EditableClaims = [] } : read.Accounts,
            Branding = read.Branding with { Logo = read.Branding.Logo is { } logo ? Path.GetFullPath(logo, root) : null },
            Database = read.Database.Complete(isDevelopment, root),
            Keys = read.Keys with { MasterKeyFile = Path.GetFullPath(read.Keys.MasterKeyFile, root) },
            ClientCertificates = read.ClientCertificates with
            {
                AuthoritiesFile = read.ClientCertificates.AuthoritiesFile is { } authorities ? Path.GetFullPath(authorities, root) : null,
            },
            Mail = read.Mail.Complete(isDevelopment, root),
            Shutdown = read.Shutdown with { Notice = read.Shutdown.Notice ?? (isDevelopment ? TimeSpan.Zero : ShutdownSettings.UsualNotice) },
            Outgoing = read.Outgoing with { AllowPrivateNetwork = read.Outgoing.AllowPrivateNetwork ?? isDevelopment },
        };
        foreach (var mistake in Mistakes(read))
            throw new SettingsException(mistake);
        read.ClientCertificates.ReadAuthorities();
        read.Branding.ReadLogo();
        return read;
    }

    // The binder names its own option where an operator wants the name that was mistyped; its other messages name the setting and the value.
    private static string Explain(string message) => message.Contains(nameof(BinderOptions.ErrorOnUnknownConfiguration), StringComparison.Ordinal)
        ? $"Idp has no setting {message[(message.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]}."
        : message;

    // Of a path, only what no proxy and no browser writes in two ways; and nothing that could be a well-known place of the host's (RFC 8615).
    private static bool IsPlain(Uri issuer) =>
        issuer is { Query.Length: 0, Fragment.Length: 0, UserInfo.Length: 0 }
        && issuer.AbsolutePath.TrimEnd('/').Split('/').Skip(1).All(name =>
            name.Length > 0 && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~'));

    private static IEnumerable<string> Mistakes(Settings settings)
    {
        if (settings.Issuer.Length == 0)
            yield return "Idp:Issuer must be set outside Development: the https URL by which browsers and partners reach this server.";
        else if (!Uri.TryCreate(settings.Issuer, UriKind.Absolute, out var issuer) || !IsPlain(issuer))
            yield return $"Idp:Issuer must be an absolute URL of scheme, host, port and perhaps a path of plain names, not '{settings.Issuer}'.";
        else if (settings.Issuer != issuer.GetLeftPart(UriPartial.Path).TrimEnd('/'))
            yield return $"Idp:Issuer must be written as '{issuer.GetLeftPart(UriPartial.Path).TrimEnd('/')}', not '{settings.Issuer}': it is compared character for character.";
        else if (issuer.Scheme != Uri.UriSchemeHttps && !(issuer.Scheme == Uri.UriSchemeHttp && issuer.IsLoopback))
            yield return $"Idp:Issuer must be https (http is for loopback alone), not '{settings.Issuer}'.";

        foreach (var (name, address) in settings.Links.All)
        {
            if (address is not null && !WebUris.IsSecure(address))
                yield return $"Idp:Links:{name} must be an https URL, not '{address}'.";
        }

        if (settings.Keys.AnnounceLead < TimeSpan.FromSeconds(10))
            yield return "Idp:Keys:AnnounceLead must be 10 seconds or more; a day or more in production.";
        if (settings.Keys.AnnounceLead >= settings.Keys.RotationInterval)
            yield return "Idp:Keys:AnnounceLead must be shorter than Idp:Keys:RotationInterval.";
        if (settings.Sessions.IdleLimit < TimeSpan.FromMinutes(1) || settings.Sessions.AbsoluteLimit < settings.Sessions.IdleLimit)
            yield return "Idp:Sessions:IdleLimit must be a minute or more, and Idp:Sessions:AbsoluteLimit no shorter.";
        IEnumerable<string>[] ofParts =
        [
            settings.Accounts.Mistakes(settings.Mail),
            settings.Audit.Mistakes(),
            settings.Branding.Mistakes(),
            settings.ClientCertificates.Mistakes(),
            settings.Connections.Mistakes(),
            settings.Database.Mistakes(),
            settings.Forwarding.Mistakes(),
            settings.Mail.Mistakes(settings.IsDevelopment),
            settings.Passwords.Mistakes(),
            settings.Registration.Mistakes(),
            settings.Security.Mistakes(settings.PathBase), // the issuer was found to be one above
            settings.Shutdown.Mistakes(),
            settings.Telemetry.Mistakes(),
        ];
        foreach (var mistake in ofParts.SelectMany(mistakes => mistakes))
            yield return mistake;
    }
}

/// <summary>The signing keys' life (docs/decisions and DESIGN §5) and the key that protects them at rest.</summary>
public sealed record KeySettings
{
    /// <summary>How far apart the clocks of nodes and verifiers may be.</summary>
    public static TimeSpan ClockSkew { get; } = TimeSpan.FromMinutes(1);

    public string MasterKeyFile { get; init; } = "keys/master.key";

    /// <summary>How long a key signs.</summary>
    public TimeSpan RotationInterval { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long a key is published before it signs.</summary>
    public TimeSpan AnnounceLead { get; init; } = TimeSpan.FromDays(2);

    /// <summary>
    /// How long a verifier may keep the JWKS it fetched (<c>Cache-Control: max-age</c>): an hour, or half of a shorter lead, so that every
    /// cache has a key before it signs.
    /// </summary>
    public TimeSpan JwksMaxAge => TimeSpan.FromSeconds(Math.Floor(Math.Min(3600, AnnounceLead.TotalSeconds / 2)));
}

/// <summary>How long a sign-in lasts.</summary>
public sealed record SessionSettings
{
    /// <summary>A session that nothing used for so long is over.</summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromDays(3);

    /// <summary>A session is over so long after its sign-in, however much it is used.</summary>
    public TimeSpan AbsoluteLimit { get; init; } = TimeSpan.FromDays(7);
}

/// <summary>What holds for every client's authorization requests.</summary>
public sealed record AuthorizationSettings
{
    /// <summary>Whether a request counts only where its client pushed it (RFC 9126 §5); a client can also be registered so.</summary>
    public bool RequirePushedAuthorizationRequests { get; init; }
}

/// <summary>Pages of the operator's that the metadata names (RFC 8414 §2); what isn't set isn't named.</summary>
public sealed record LinkSettings
{
    /// <summary>For who builds an app.</summary>
    public string? ServiceDocumentation { get; init; }

    /// <summary>What may be done with what is learnt of people.</summary>
    public string? PolicyUri { get; init; }

    /// <summary>Terms of service.</summary>
    public string? TosUri { get; init; }

    internal IEnumerable<(string Name, string? Address)> All => [(nameof(ServiceDocumentation), ServiceDocumentation), (nameof(PolicyUri), PolicyUri), (nameof(TosUri), TosUri)];
}

/// <summary>Calls that this server makes to addresses which clients registered.</summary>
public sealed record OutgoingSettings
{
    /// <summary>Whether such an address may be loopback or private; null means only in Development.</summary>
    public bool? AllowPrivateNetwork { get; init; }
}

/// <summary>Shedding of load before it hurts others.</summary>
public sealed record ThrottlingSettings
{
    public bool Enabled { get; init; } = true;
}

/// <summary>A setting is wrong; the message is the one line for the operator.</summary>
public sealed class SettingsException(string message) : Exception(message);
