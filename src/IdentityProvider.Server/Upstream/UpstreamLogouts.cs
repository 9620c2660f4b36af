using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityProvider.Server.Upstream;

/// <summary>
/// What becomes of the session at an upstream when the one here that came from it is ended: the browser goes there, or is offered to
/// (OpenID Connect RP-Initiated Logout 1.0 §2, with us as the relying party).
/// </summary>
internal sealed class UpstreamLogouts(Upstreams upstreams, UpstreamServers servers, Settings settings, IDataProtectionProvider protection, TimeProvider clock)
{
    private readonly TokenSeal _seal = new(protection, "upstream-logout");

    /// <summary>The way to the session there; null where there is none, or nobody is to go it.</summary>
    /// <param name="session">What was ended here.</param>
    /// <param name="returnTo">Where the browser goes when it is back: a registered address of the app that asked, with its name; null for nowhere.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<UpstreamLogoutOffer?> OfAsync(Session? session, (string ClientName, string Address)? returnTo, CancellationToken cancellation)
    {
        if (session?.Upstream is not { } came)
            return null;
        var upstream = (await upstreams.ListAsync(cancellation)).FirstOrDefault(u => u.Issuer == came.Issuer);
        if (upstream is null or { Logout: UpstreamLogout.Never } || await servers.FindAsync(upstream, cancellation) is not { } server)
            return null;
        var state = returnTo is var (name, address) ? _seal.Seal(new Content(name, address, clock.GetUtcNow())) : null;
        return UpstreamLogoutRules.EndSessionRequest(upstream, server, UpstreamPaths.PostLogoutRedirectUri(settings, upstream), state) is { } location
            ? new UpstreamLogoutOffer(upstream.Label, location, upstream.Logout == UpstreamLogout.Always)
            : null;
    }

    /// <summary>Where the app is that a browser goes back to from an upstream; null where it isn't to go anywhere.</summary>
    public (string ClientName, string Address)? Open(string? state) =>
        _seal.Open<Content>(state) is { } content && clock.GetUtcNow() < content.At + UpstreamAttempt.Lifetime ? (content.ClientName, content.Address) : null;

    private sealed record Content(string ClientName, string Address, DateTimeOffset At);
}

/// <summary>The way to sign out elsewhere too.</summary>
/// <param name="Label">Where.</param>
/// <param name="Location">The upstream's address, with all that it needs.</param>
/// <param name="IsTaken">Whether the browser goes at once.</param>
public sealed record UpstreamLogoutOffer(string Label, string Location, bool IsTaken);
