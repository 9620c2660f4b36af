using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Accounts;

/// <summary>The secrets of links in mails, under the key that the master key gives for them, and what is stored about the link that one names.</summary>
internal sealed class LinkTokens(MasterKey masterKey, AccountLinks links, TimeProvider clock)
{
    private readonly byte[] _key = masterKey.Derive("account-link", 32);

    public string Compute(StoredAccountLink link) => new AccountLink(link.LinkId, link.Purpose).Compute(_key);

    /// <summary>The link that a browser brings, where it still does what it was made for.</summary>
    public async Task<Decision<StoredAccountLink>> FindAsync(string? token, AccountLinkPurpose purpose, CancellationToken cancellation)
    {
        if (!AccountLink.Parse(token, purpose, _key).Try(out var named, out var reason))
            return reason;
        var found = await links.FindAsync(named.LinkId, cancellation);
        return AccountLinkRules.Decide(found?.Link, purpose, found?.SecurityStamp, clock.GetUtcNow());
    }
}
