namespace IdentityProvider.Protocol.Audit;

/// <summary>
/// One line of the audit: who did what to whom, when, from where. It has no secret, and of people no more than their <c>sub</c>, an address and
/// the kind of device (docs/audit.md).
/// </summary>
public sealed record AuditEvent
{
    /// <summary>Of <see cref="Before"/>, <see cref="After"/> and <see cref="Detail"/> each, in characters.</summary>
    public const int LongestDocument = 8000;

    public required Guid EventId { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>What (<see cref="AuditActions.NameOf"/>). A name, since rows outlive the version that wrote them.</summary>
    public required string Action { get; init; }

    public required AuditActor Actor { get; init; }

    public required AuditTarget Target { get; init; }

    /// <summary>From where, as far as it can be told; null for what no request did.</summary>
    public string? Address { get; init; }

    /// <summary>The kind of device, such as "Firefox on Linux" (<see cref="Sessions.Device"/>).</summary>
    public string? Device { get; init; }

    /// <summary>The request's, as its answer's header and the log have it.</summary>
    public string? RequestId { get; init; }

    /// <summary>What changed, as it was: a JSON object, redacted (<see cref="AuditRedaction"/>).</summary>
    public string? Before { get; init; }

    /// <summary>The same as it is now; of something new the whole.</summary>
    public string? After { get; init; }

    /// <summary>What else there is to say: a JSON object.</summary>
    public string? Detail { get; init; }

    /// <summary>How often within the minute that began at <see cref="At"/>, for what is counted.</summary>
    public int Count { get; init; } = 1;
}

/// <summary>Who did it.</summary>
/// <param name="Kind">What they are.</param>
/// <param name="Name">The <c>sub</c> of a person, the <c>client_id</c> of a client, the operating system's name of who ran a command, or what of the system it was.</param>
/// <param name="ClientId">Through which client a person did it; null for our own pages.</param>
public sealed record AuditActor(AuditActorKind Kind, string? Name, string? ClientId = null);

/// <summary>What somebody is.</summary>
public enum AuditActorKind
{
    /// <summary>Nobody that is known: it was tried without proof.</summary>
    Anonymous,

    /// <summary>A person who signed in.</summary>
    Person,

    /// <summary>A client that authenticated, or for a public one said who it is.</summary>
    Client,

    /// <summary>Somebody at the machine, by a command.</summary>
    Command,

    /// <summary>The server by itself.</summary>
    System,
}

/// <summary>To whom or what. Its kind is one of a closed list: each has a function here.</summary>
public sealed record AuditTarget
{
    private AuditTarget(string kind, string? id) => (Kind, Id) = (kind, id);

    public string Kind { get; }

    /// <summary>Of a person the <c>sub</c>; else the identifier that operators know it by. Null where it has none.</summary>
    public string? Id { get; }

    public static AuditTarget User(Guid userId) => new("user", userId.ToString("D"));

    /// <summary>Somebody who has no account yet, or not one that is known.</summary>
    public static AuditTarget NoUser { get; } = new("user", null);

    public static AuditTarget Session(Guid sessionId) => new("session", sessionId.ToString("N"));

    public static AuditTarget Family(Guid familyId) => new("family", familyId.ToString("N"));

    /// <summary>An access token by its <c>jti</c>.</summary>
    public static AuditTarget Token(string jti) => new("token", jti);

    public static AuditTarget Client(string clientId) => new("client", clientId);

    /// <summary>A client that is none, or of which there are too many to name.</summary>
    public static AuditTarget NoClient { get; } = new("client", null);

    public static AuditTarget RegistrationPolicy(Guid policyId) => new("registration_policy", policyId.ToString("N"));

    public static AuditTarget Resource(string identifier) => new("resource", identifier);

    public static AuditTarget DetailsType(string type) => new("details_type", type);

    public static AuditTarget Role(string name) => new("role", name);

    public static AuditTarget Group(string name) => new("group", name);

    public static AuditTarget Key(string kid) => new("key", kid);

    public static AuditTarget Keys { get; } = new("key", null);

    public static AuditTarget Upstream(string name) => new("upstream", name);

    public static AuditTarget TrustedIssuer(string issuer) => new("trusted_issuer", issuer);

    public static AuditTarget Message(long id) => new("message", id.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public static AuditTarget SignalStream(Guid streamId) => new("signal_stream", streamId.ToString("N"));

    public static AuditTarget Audit { get; } = new("audit", null);

    public static AuditTarget Database { get; } = new("database", null);

    /// <summary>As a row has it.</summary>
    public static AuditTarget Read(string kind, string? id) => new(kind, id);
}
