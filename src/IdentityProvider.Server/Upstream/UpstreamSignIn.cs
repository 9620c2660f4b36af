using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Accounts;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Pages;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Upstream;

/// <summary>From somebody at an upstream to somebody here: an account that they linked, or a new one where the operator lets that be.</summary>
internal sealed class UpstreamSignIn(UpstreamLinks links, SignInFlow flow, UpstreamCookies cookies, Mailboxes mailboxes, Entropy entropy, TimeProvider clock)
{
    /// <summary>In characters: more of what an upstream said is not kept while the person is asked.</summary>
    private const int MostClaims = 2000;

    /// <summary>Answers somebody who comes back from an upstream; the reason where nobody is signed in.</summary>
    public Task<Refusal?> GoOnAsync(HttpContext http, UpstreamProvider upstream, UpstreamIdentity identity, SignInTarget target)
    {
        var coming = new Coming(upstream, identity.Session, identity.Amr, UpstreamClaims.Map(upstream, identity.Documents), target);
        return GoOnAsync(http, coming, wantsNew: false);
    }

    /// <summary>Answers somebody who was asked, and says that they are new here.</summary>
    public Task<Refusal?> GoOnAsync(HttpContext http, UpstreamProvider upstream, UpstreamNewcomer newcomer, SignInTarget target)
    {
        var person = new UpstreamPerson(JsonNode.Parse(newcomer.Claims)!.AsObject(), null);
        return GoOnAsync(http, new Coming(upstream, newcomer.Session, UpstreamIdentity.AmrOf(newcomer.IsStrong), person, target), wantsNew: true);
    }

    private async Task<Refusal?> GoOnAsync(HttpContext http, Coming coming, bool wantsNew)
    {
        // Again where somebody else made the account or the link in between.
        for (var attempt = 0; ; attempt++)
        {
            var linked = await links.FindAsync(coming.Session.Issuer, coming.Session.Subject, http.RequestAborted);
            var email = coming.Person.Email;
            var isTaken = email is not null && await mailboxes.IsTakenAsync(email, except: null, http.RequestAborted);
            var invitation = email is not null && coming.Upstream.Create == UpstreamCreation.Invited ? await FindInvitationAsync(http, email) : null;
            var known = new UpstreamAccounts(linked?.Id, isTaken, invitation is not null);
            switch (UpstreamAccountRules.Decide(coming.Upstream, coming.Person, known, wantsNew))
            {
                case UpstreamAccountDecision.Refused refused:
                    return refused.Reason;
                case UpstreamAccountDecision.SignIn when linked!.IsDisabled:
                    return Refusal.UpstreamAccountDisabled;
                case UpstreamAccountDecision.SignIn:
                    return await EnterAsync(http, coming, linked);
                case UpstreamAccountDecision.Ask:
                    Ask(http, coming);
                    return null;
            }

            var user = NewOf(coming);
            if (await links.CreateAsync(user, coming.Session, coming.Upstream.Roles, invitation, http.RequestAborted))
            {
                await http.RequestServices.GetRequiredService<SignInHistory>().AddAsync(user.Id, Origin.Of(http), SignInOutcome.AccountMade, CancellationToken.None);
                Log.UpstreamAccountMade(OAuthResults.Logger(http), user.Id, coming.Upstream.Name);
                return await EnterAsync(http, coming, user);
            }

            if (attempt == 3)
                throw new InvalidOperationException("Accounts of one name are made without pause.");
        }
    }

    private async Task<Refusal?> EnterAsync(HttpContext http, Coming coming, User user)
    {
        cookies.ForgetNewcomer(http);
        await flow.GoOnAsync(http, user, new ProvenFactors(coming.Amr, coming.Session), coming.Target);
        return null;
    }

    private void Ask(HttpContext http, Coming coming)
    {
        var claims = coming.Person.Claims.ToJsonString();
        cookies.Keep(http, new UpstreamNewcomer(
            coming.Upstream.Name, coming.Session, coming.Amr.Contains("mfa", StringComparer.Ordinal), claims.Length <= MostClaims ? claims : "{}", coming.Target.QueryOf(""), clock.GetUtcNow()));
        PageResults.Redirect(http, UpstreamPaths.Newcomer(coming.Upstream.Name));
    }

    private Task<StoredAccountLink?> FindInvitationAsync(HttpContext http, EmailAddress email) =>
        http.RequestServices.GetRequiredService<AccountLinks>().FindInvitationAsync(email, clock.GetUtcNow(), http.RequestAborted);

    private User NewOf(Coming coming)
    {
        var email = coming.Person.Email?.Text;
        var name = email ?? $"{coming.Upstream.Name}-{Convert.ToHexStringLower(entropy.Bytes(5))}";
        return NewAccount.Of(entropy, name, coming.Person.Claims, email, clock.GetUtcNow());
    }

    private sealed record Coming(UpstreamProvider Upstream, UpstreamSession Session, IReadOnlyList<string> Amr, UpstreamPerson Person, SignInTarget Target);
}
