using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.SignIn;

namespace IdentityProvider.Server.Admin;

/// <summary>Who asks, and from where: whoever changes something here names them, for the audit.</summary>
public sealed record Actor
{
    private Actor(AuditActor who) => Who = who;

    public AuditActor Who { get; }

    /// <summary>How far their word goes in administration; of who is not at the machine, nowhere until it was looked at.</summary>
    public AdminAuthority Authority { get; private init; } = AdminAuthority.None;

    public string? Address { get; private init; }

    public string? Device { get; private init; }

    public string? RequestId { get; private init; }

    /// <summary>As the audit has them.</summary>
    internal static Actor Of(AuditActor who, string? address) => new(who) { Address = address };

    /// <summary>Somebody at the machine.</summary>
    /// <param name="osUser">The operating system's name of them.</param>
    public static Actor Command(string osUser) => new(new AuditActor(AuditActorKind.Command, osUser)) { Authority = AdminAuthority.Full };

    /// <summary>A person who signed in.</summary>
    /// <param name="userId">Their <c>sub</c>.</param>
    /// <param name="clientId">The client that acts for them; null for our own pages.</param>
    /// <param name="address">From where.</param>
    public static Actor Person(Guid userId, string? clientId = null, string? address = null) =>
        new(new AuditActor(AuditActorKind.Person, userId.ToString("D"), clientId)) { Address = address };

    /// <summary>A client by itself.</summary>
    public static Actor Client(string clientId, string? address = null) => new(new AuditActor(AuditActorKind.Client, clientId)) { Address = address };

    /// <summary>The server by itself.</summary>
    /// <param name="what">Which of its work.</param>
    public static Actor System(string what) => new(new AuditActor(AuditActorKind.System, what)) { Authority = AdminAuthority.Full };

    /// <summary>Somebody who proved nothing.</summary>
    public static Actor Anonymous { get; } = new(new AuditActor(AuditActorKind.Anonymous, null));

    /// <summary>The same, of whom it was looked at how far their word goes.</summary>
    internal Actor With(AdminAuthority authority) => this with { Authority = authority };

    /// <summary>The same, by this request.</summary>
    internal Actor By(HttpContext http) => By(Origin.Of(http));

    /// <summary>The same, from there.</summary>
    internal Actor By(Origin origin) => this with
    {
        Address = origin.Address,
        Device = origin.UserAgent is { } agent ? Protocol.Sessions.Device.Of(agent) : null,
        RequestId = origin.RequestId,
    };
}
