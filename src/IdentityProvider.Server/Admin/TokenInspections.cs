using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.Admin;

/// <summary>One token that somebody has at hand: what it says, whether it stands, and taking it back. What is told of it never holds it.</summary>
internal sealed class TokenInspections(
    RefreshTokens refreshTokens, AccessTokens accessTokens, AccessTokenStanding standing, KeyRing keys, TokenOperations tokens, Desk desk)
{
    /// <summary>What a token of this server is.</summary>
    /// <param name="text">The token.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Operated<ReadToken>> ReadAsync(string text, CancellationToken cancellation)
    {
        if (refreshTokens.Parse(text).Try(out var refresh, out _))
            return new ReadToken(null, refresh);
        await keys.ReloadAsync(cancellation);
        return (await accessTokens.VerifyAsync(text, desk.Now, cancellation)).Try(out var access, out var reason)
            ? new ReadToken(access, null)
            : Fault.Refused("token", Refusals.Of(reason).Description);
    }

    /// <summary>What it says, and whether it stands.</summary>
    public async Task<Operated<JsonObject>> InspectAsync(string text, CancellationToken cancellation)
    {
        if (!(await ReadAsync(text, cancellation)).Try(out var read, out var fault))
            return fault;
        return read.Access is { } access ? await DocumentAsync(access, cancellation) : await DocumentAsync(read.Refresh!, cancellation);
    }

    /// <summary>Takes an access token back, or a refresh token with all of its family; says which.</summary>
    public async Task<Operated<JsonObject>> RevokeAsync(Actor actor, string text, CancellationToken cancellation)
    {
        if (!(await ReadAsync(text, cancellation)).Try(out var read, out var fault))
            return fault;
        if (read.Access is { } access)
        {
            var facts = await standing.LoadAsync(access, cancellation);
            if (facts.Family is { } of && await desk.RefuseAccountAsync(actor, of.UserId, cancellation) is { } notTheirs)
                return notTheirs;
            return (await tokens.RevokeAsync(actor, access, cancellation)).Try(out var jti, out fault) ? new JsonObject { ["jti"] = jti, ["revoked"] = 1 } : fault;
        }

        return (await tokens.EndFamilyAsync(actor, read.Refresh!.FamilyId, cancellation)).Try(out var family, out fault)
            ? new JsonObject { ["family"] = family.FamilyId.ToString("N"), ["revoked"] = 1 }
            : fault;
    }

    private async Task<JsonObject> DocumentAsync(VerifiedAccessToken token, CancellationToken cancellation)
    {
        var facts = await standing.LoadAsync(token, cancellation);
        return new JsonObject
        {
            ["kind"] = "access_token",
            ["active"] = AccessTokenRules.RefuseRevoked(token, facts, desk.Now) is null,
            ["client_id"] = token.ClientId,
            ["sub"] = token.Subject,
            ["username"] = facts.User?.Username,
            ["scope"] = token.Scope.ToString(),
            ["aud"] = new JsonArray([.. token.Audience]),
            ["issued_at"] = Moments.Text(token.IssuedAt),
            ["expires_at"] = Moments.Text(token.ExpiresAt),
            ["jti"] = token.Jti,
            ["kid"] = token.Kid,
            ["family"] = token.FamilyId?.ToString("N"),
            ["sid"] = facts.Family?.SessionId?.ToString("N"),
            ["status"] = token.Status is { } status ? $"{status.List}/{status.Index}" : null,
        };
    }

    private async Task<Operated<JsonObject>> DocumentAsync(RefreshToken token, CancellationToken cancellation)
    {
        var facts = await refreshTokens.LoadAsync(token, cancellation);
        if (facts.Family is not { } family)
            return Fault.Refused("token", "its family is gone");
        return new JsonObject
        {
            ["kind"] = "refresh_token",
            ["active"] = TokenFamilyRules.IsUsable(token, facts, desk.Settings.Sessions.IdleLimit, desk.Now),
            ["client_id"] = family.ClientId,
            ["sub"] = family.Subject,
            ["username"] = facts.User?.Username,
            ["scope"] = family.Scope.ToString(),
            ["resources"] = new JsonArray([.. family.Resources]),
            ["issued_at"] = Moments.Text(family.RotatedAt),
            ["expires_at"] = Moments.Text(family.ExpiresAt),
            ["family"] = family.FamilyId.ToString("N"),
            ["generation"] = token.Generation,
            ["newest_generation"] = family.Generation,
            ["sid"] = family.SessionId?.ToString("N"),
            ["ended_at"] = Moments.TextOrNull(family.EndedAt),
            ["end_reason"] = family.EndReason?.ToString(),
        };
    }
}

/// <summary>One of the two kinds of tokens.</summary>
internal sealed record ReadToken(VerifiedAccessToken? Access, RefreshToken? Refresh);
