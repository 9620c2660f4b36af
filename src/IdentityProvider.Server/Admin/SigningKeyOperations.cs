using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.Admin;

/// <summary>What an operator does with the signing keys, written down.</summary>
internal sealed class SigningKeyOperations(KeyOperations keys, Desk desk)
{
    public async Task<IReadOnlyList<KeyDocument>> ListAsync(CancellationToken cancellation) => [.. (await keys.ListAsync(cancellation)).Select(Document)];

    public async Task<Operated<KeyDocument>> FindAsync(string kid, CancellationToken cancellation) =>
        (await keys.ListAsync(cancellation)).FirstOrDefault(key => key.Kid == kid) is { } found ? Document(found) : Unknown(kid);

    /// <summary>Makes the next key of each ring before its time; at once, where caches need not have it first. Those that will sign.</summary>
    public async Task<IReadOnlyList<KeyDocument>> RotateAsync(Actor actor, bool atOnce, CancellationToken cancellation)
    {
        var coming = await keys.RotateAsync(atOnce, cancellation, actor);
        return [.. coming.Select(Document)];
    }

    /// <summary>The emergency: the key leaves the published set at once, and everything it signed is dead.</summary>
    public async Task<Operated<string>> RevokeAsync(Actor actor, string kid, CancellationToken cancellation)
    {
        switch (await keys.RevokeAsync(kid, cancellation, actor))
        {
            case KeyRevocation.AlreadyRevoked:
                return Fault.Conflict("kid", $"'{kid}' is revoked already");
            case KeyRevocation.Unknown:
                return Unknown(kid);
        }

        await desk.RecordAsync(AuditAction.KeyRevoked, actor, AuditTarget.Key(kid));
        return kid;
    }

    private static KeyDocument Document(KeyListing key) => new()
    {
        Kid = key.Kid,
        Alg = key.Algorithm,
        Generation = key.Generation,
        State = key.State.ToString().ToLowerInvariant(),
        AnnouncedAt = Moments.Text(key.AnnouncedAt),
        ActiveAt = Moments.Text(key.ActiveAt),
        RetiredAt = Moments.Text(key.RetiredAt),
        GoneAt = Moments.Text(key.GoneAt),
        RevokedAt = Moments.TextOrNull(key.RevokedAt),
    };

    private static Fault Unknown(string kid) => Fault.Unknown("kid", kid, "a key");
}

/// <summary>A signing key: what it is now, and when it was or will be something else.</summary>
internal sealed record KeyDocument
{
    public required string Kid { get; init; }

    public required string Alg { get; init; }

    public required int Generation { get; init; }

    /// <summary><c>announced</c>, <c>active</c>, <c>retired</c>, <c>gone</c> or <c>revoked</c>.</summary>
    public required string State { get; init; }

    public required string AnnouncedAt { get; init; }

    public required string ActiveAt { get; init; }

    public required string RetiredAt { get; init; }

    public required string GoneAt { get; init; }

    public required string? RevokedAt { get; init; }
}
