using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Server.Audit;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Api;

/// <summary><c>/audit</c>: who did what to whom, from where.</summary>
internal static class AuditApi
{
    public static IEnumerable<AdminRoute> Routes =>
    [
        AdminRoute.List(
            "/audit", "listAudit", AdminArea.Audit, "Lines of the audit, the newest first.", ListAsync, typeof(Page<AuditDocument>),
            ("action", "Only this, such as client.created."), ("area", "Only this area, such as clients."), ("actor", "Only what they did: a sub, a client_id, or the name of who ran a command."),
            ("target", "Only what was done to this: a sub, a client_id, a resource, …"), ("from", "Only from this moment on (RFC 3339)."), ("to", "Only before this moment (RFC 3339).")),
        AdminRoute.Get("/audit/{id}", "getAudit", AdminArea.Audit, "All that a line says, and its place in the chain.", GetAsync, typeof(AuditDocument)),
    ];

    private static async Task<AdminAnswer> ListAsync(AdminRequest request)
    {
        if (!AuditSearches.Read(name => request[name]).Try(out var search, out var fault))
            return fault;
        return await request.PageAsync(
            (after, limit) => request.Get<AuditEvents>().SearchAsync(search, AuditSearches.PlaceOf(after), limit, request.Cancellation), AuditJson.Document, line => AuditSearches.PlaceOf(line.Event));
    }

    private static async Task<AdminAnswer> GetAsync(AdminRequest request)
    {
        var named = request.Named("id");
        return Guid.TryParse(named, out var eventId) && await request.Get<AuditEvents>().FindAsync(eventId, request.Cancellation) is { } line
            ? AdminAnswer.Of(AuditJson.Document(line))
            : Fault.Unknown("id", named, "a line of the audit");
    }
}

/// <summary>A line of the audit.</summary>
internal sealed record AuditDocument
{
    public required string Id { get; init; }

    public required string At { get; init; }

    public required string Action { get; init; }

    public required string ActorKind { get; init; }

    public required string? Actor { get; init; }

    public required string? ActorClientId { get; init; }

    public required string TargetKind { get; init; }

    public required string? Target { get; init; }

    public required string? Address { get; init; }

    public required string? Device { get; init; }

    public required string? RequestId { get; init; }

    /// <summary>What changed, as it was.</summary>
    public required JsonNode? Before { get; init; }

    /// <summary>The same as it is now.</summary>
    public required JsonNode? After { get; init; }

    public required JsonNode? Detail { get; init; }

    public required int Count { get; init; }

    /// <summary>Its number in the chain; null for the second or so in which it waits for it.</summary>
    public required long? Sequence { get; init; }

    public required string? Hash { get; init; }
}
