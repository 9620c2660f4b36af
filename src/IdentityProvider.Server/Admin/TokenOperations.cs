using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>What clients have of people: consents, and the families of tokens that live.</summary>
internal sealed class TokenOperations(TokenFamilies families, RevokedTokens revoked, Grants grants, Desk desk)
{
    /// <summary>Of one person's families that live, at once.</summary>
    public const int Most = 1000;

    /// <summary>What clients have of a person now, the newest first.</summary>
    public async Task<IReadOnlyList<FamilyDocument>> ListFamiliesAsync(User user, CancellationToken cancellation) =>
        [.. (await families.ListAsync(user.Id, desk.Now, Most, cancellation)).Select(Document)];

    /// <summary>One family, ended or not.</summary>
    public async Task<Operated<FamilyDocument>> FindFamilyAsync(string named, CancellationToken cancellation) =>
        Guid.TryParse(named, out var familyId) && await families.FindAsync(familyId, cancellation) is { } family ? Document(family) : Unknown(named);

    /// <summary>Ends a family, and with it every token of it.</summary>
    public async Task<Operated<TokenFamily>> EndFamilyAsync(Actor actor, Guid familyId, CancellationToken cancellation)
    {
        if (await families.FindAsync(familyId, cancellation) is not { } family)
            return Unknown(familyId.ToString("N"));
        if (await desk.RefuseAccountAsync(actor, family.UserId, cancellation) is { } fault)
            return fault;
        if (!await families.EndAsync(familyId, FamilyEnd.EndedByOperator, desk.Now, cancellation))
            return Fault.Conflict("token", "its family has ended already");
        await desk.RecordAsync(AuditAction.FamilyEnded, actor, AuditTarget.Family(familyId), detail: new() { ["sub"] = family.Subject, ["client_id"] = family.ClientId });
        return family;
    }

    /// <summary>Takes one access token back.</summary>
    public async Task<Operated<string>> RevokeAsync(Actor actor, VerifiedAccessToken token, CancellationToken cancellation)
    {
        await revoked.AddAsync(token.Jti, token.ExpiresAt, token.Status, cancellation);
        await desk.RecordAsync(AuditAction.TokenRevoked, actor, AuditTarget.Token(token.Jti), detail: new() { ["client_id"] = token.ClientId });
        return token.Jti;
    }

    /// <summary>Takes back all that a client has of a person, or every client where none is named; says how many families.</summary>
    public async Task<Operated<Count>> RevokeAllAsync(Actor actor, User user, string? clientId, CancellationToken cancellation)
    {
        if (await desk.RefuseAccountAsync(actor, user.Id, cancellation) is { } fault)
            return fault;
        var ended = await families.EndAllAsync(user.Id, clientId, FamilyEnd.EndedByOperator, desk.Now, cancellation);
        await desk.RecordAsync(AuditAction.TokenRevoked, actor, AuditTarget.User(user.Id), detail: new() { ["client_id"] = clientId, ["families"] = ended });
        return new Count(ended);
    }

    /// <summary>What a person has agreed to, by client.</summary>
    public async Task<IReadOnlyList<GrantDocument>> ListGrantsAsync(User user, CancellationToken cancellation) =>
        [.. (await grants.ListAsync(user.Id, Most, cancellation)).Select(Document)];

    /// <summary>Takes back a consent with all that the client has of the person; says how many families.</summary>
    public async Task<Operated<Count>> RevokeGrantAsync(Actor actor, User user, string clientId, CancellationToken cancellation)
    {
        if (await desk.RefuseAccountAsync(actor, user.Id, cancellation) is { } fault)
            return fault;
        if (await grants.FindAsync(user.Id, clientId, cancellation) is not { } grant)
            return Fault.Unknown("client_id", clientId, "a client that this person agreed to");
        var ended = await grants.RevokeAsync(user.Id, grant.ClientId, desk.Now, cancellation);
        await desk.RecordAsync(AuditAction.GrantWithdrawn, actor, AuditTarget.User(user.Id), detail: new() { ["client_id"] = clientId, ["families"] = ended });
        return new Count(ended);
    }

    private static GrantDocument Document(Grant grant) => new()
    {
        Sub = grant.UserId.ToString("D"),
        ClientId = grant.ClientId,
        Scope = grant.Scope.ToString(),
        Resources = grant.Resources,
        Claims = grant.Claims,
        UpdatedAt = Moments.Text(grant.UpdatedAt),
    };

    private static FamilyDocument Document(TokenFamily family) => new()
    {
        Family = family.FamilyId.ToString("N"),
        Sub = family.Subject,
        ClientId = family.ClientId,
        Scope = family.Scope.ToString(),
        Resources = family.Resources,
        Sid = family.SessionId?.ToString("N"),
        CreatedAt = Moments.Text(family.CreatedAt),
        RotatedAt = Moments.Text(family.RotatedAt),
        ExpiresAt = Moments.Text(family.ExpiresAt),
        Generation = family.Generation,
        EndedAt = Moments.TextOrNull(family.EndedAt),
        EndReason = family.EndReason?.ToString(),
    };

    private static Fault Unknown(string named) => Fault.Unknown("family", named, "a family");
}

/// <summary>A standing consent.</summary>
public sealed record GrantDocument
{
    public required string Sub { get; init; }

    public required string ClientId { get; init; }

    public required string Scope { get; init; }

    public required IReadOnlyList<string> Resources { get; init; }

    /// <summary>Those agreed to by name.</summary>
    public required IReadOnlyList<string> Claims { get; init; }

    public required string UpdatedAt { get; init; }
}

/// <summary>One sign-in of one client. None of its tokens is here.</summary>
public sealed record FamilyDocument
{
    public required string Family { get; init; }

    public required string Sub { get; init; }

    public required string ClientId { get; init; }

    public required string Scope { get; init; }

    public required IReadOnlyList<string> Resources { get; init; }

    /// <summary>The session that it hangs on; null for offline access.</summary>
    public required string? Sid { get; init; }

    public required string CreatedAt { get; init; }

    public required string RotatedAt { get; init; }

    public required string ExpiresAt { get; init; }

    public required int Generation { get; init; }

    public required string? EndedAt { get; init; }

    public required string? EndReason { get; init; }
}
