using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Server.Audit;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Api;

/// <summary><c>/audit</c>: who did what to whom, from where.</summary>
internal static class AuditApi
{
    /// <summary>As long as anybody waits for an answer.</summary>
    private static readonly TimeSpan LongestProof = TimeSpan.FromSeconds(50);

    public static IEnumerable<AdminRoute> Routes =>
    [
        AdminRoute.List(
            "/audit", "listAudit", AdminArea.Audit, "Lines of the audit, the newest first.", ListAsync, typeof(Page<AuditDocument>), Filters),
        AdminRoute.Get("/audit/export", "exportAudit", AdminArea.Audit, "All such lines as JSON Lines, the newest first; that they were taken is in the audit too.", ExportAsync, typeof(AuditDocument)) with { IsLines = true, Query = Filters },
        AdminRoute.Look("/audit/verify", "verifyAudit", AdminArea.Audit, "Proves that no line of the audit was changed or removed.", VerifyAsync, typeof(AuditKnown), typeof(AuditProofDocument)),
        AdminRoute.Get("/audit/{id}", "getAudit", AdminArea.Audit, "All that a line says, and its place in the chain.", GetAsync, typeof(AuditDocument)),
    ];

    private static (string, string)[] Filters =>
    [
        ("action", "Only these, separated by commas, such as client.created."), ("area", "Only this area, such as clients."), ("actor", "Only what they did: a sub, a client_id, or the name of who ran a command."),
        ("target", "Only what was done to this: a sub, a client_id, a resource, …"), ("from", "Only from this moment on (RFC 3339)."), ("to", "Only before this moment (RFC 3339)."),
    ];

    private static async Task<AdminAnswer> ListAsync(AdminRequest request)
    {
        if (!AuditSearches.Read(name => request[name]).Try(out var search, out var fault))
            return fault;
        return await request.PageAsync(
            (after, limit) => request.Get<AuditEvents>().SearchAsync(search, AuditSearches.PlaceOf(after), limit, request.Cancellation), AuditJson.Document, line => AuditSearches.PlaceOf(line.Event));
    }

    private static Task<AdminAnswer> ExportAsync(AdminRequest request) => Task.FromResult<AdminAnswer>(!AuditSearches.Read(name => request[name]).Try(out var search, out var fault)
        ? fault
        : new AdminAnswer(StatusCodes.Status200OK, null) { Lines = write => request.Get<AuditExports>().WriteAsync(request.Actor, search, write, request.Cancellation) });

    private static async Task<AdminAnswer> VerifyAsync(AdminRequest request)
    {
        if (!request.Read(AdminApiJson.Default.AuditKnown).Try(out var asked, out var fault))
            return fault;
        var known = asked.Known is { } text ? AuditProofs.Read(text) : null;
        if (known is null && asked.Known is not null)
            return Fault.Refused("known", "must be a number, a colon and a hash in hexadecimal");
        using var patience = new CancellationTokenSource(LongestProof, request.Get<TimeProvider>());
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, request.Cancellation);
        try
        {
            var proof = await request.Get<AuditProof>().VerifyAsync(known, _ => { }, both.Token);
            return AdminAnswer.Of(JsonSerializer.SerializeToNode(AuditProofs.Document(proof), AdminJson.Default.AuditProofDocument)!);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !request.Cancellation.IsCancellationRequested)
        {
            return Fault.Conflict("audit", "is longer than can be proved while somebody waits: `idp audit verify` at the machine has the time");
        }
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
