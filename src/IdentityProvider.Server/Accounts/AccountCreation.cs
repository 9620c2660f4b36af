using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Pages;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Accounts;

/// <summary>An account that its person makes, by a link that shows that the address is theirs: the address is its user name.</summary>
internal sealed class AccountCreation(PasswordAcceptance acceptance, AccountLinks links, SignInHistory history, Entropy entropy, TimeProvider clock)
{
    /// <summary>In characters.</summary>
    public const int LongestName = 100;

    /// <summary>The account, or why there is none; the link is used only where there is.</summary>
    public async Task<Decision<User>> CreateAsync(HttpContext http, StoredAccountLink link, string? name, string? chosen, string? repeated)
    {
        // 1. A name that can be shown (OpenID Connect Core §5.1).
        var called = name?.Trim() ?? "";
        if (called.Length == 0 || !PlainText.IsPlain(called, LongestName))
            return Refusal.PersonNameInvalid;

        // 2. A password that was typed twice alike, and is good enough.
        if (string.IsNullOrEmpty(chosen) || chosen != repeated)
            return Refusal.NewPasswordsDiffer;
        var user = NewAccount.Of(
            entropy, link.Address, new JsonObject { ["name"] = called, ["locale"] = Languages.Of(http).Name }, link.Address, clock.GetUtcNow());
        if (!(await acceptance.AcceptAsync(user, chosen, http.RequestAborted)).Try(out var accepted, out var reason))
            return reason;
        user.PasswordHash = accepted.Hash;

        // 3. This is the one who uses the link, and nobody else has the address since.
        switch (await links.CreateAccountAsync(link, user, clock.GetUtcNow(), CancellationToken.None))
        {
            case AccountLinkOutcome.LinkIsGone:
                return Refusal.AccountLinkSpent;
            case AccountLinkOutcome.AddressIsTaken:
                return Refusal.EmailAddressTaken;
        }

        await history.AddAsync(user.Id, Origin.Of(http), SignInOutcome.AccountMade, CancellationToken.None);
        return user;
    }
}
