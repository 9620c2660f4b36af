using IdentityProvider.Protocol;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SignIn;

namespace IdentityProvider.Server.Pages.Account;

/// <summary>A person's passkeys on <c>/account/security</c>: they add one, rename it, remove it.</summary>
internal sealed class PasskeysPages(AccountAccess access, RelyingParty party, Storage.Passkeys passkeys)
{
    /// <summary>What the page shows of them.</summary>
    public async Task<PasskeysModel> LoadAsync(HttpContext http, SignedIn person, Parameters query) => new(
        access.FormToken(http), person.Session.SessionId.ToString("N"), await passkeys.ListAsync(person.Session.UserId, http.RequestAborted),
        PasskeyNotice.Of(query[PasskeyNotice.Parameter]), party.Exists);

    /// <summary>What our script hands to the browser.</summary>
    public async Task OptionsAsync(HttpContext http)
    {
        if (await access.ReadAsync(http, OwnPage.Security, needsFreshSignIn: true) is not var (_, person))
            return;
        var registration = http.RequestServices.GetRequiredService<PasskeyRegistration>();
        if ((await registration.AskAsync(http, person.Session.UserId, person.User.Username, needsUserVerification: false)).Try(out var options, out var reason))
            await PasskeyPages.SendAsync(http, options);
        else
            await OAuthResults.RefuseAsync(http, reason);
    }

    public async Task AddAsync(HttpContext http)
    {
        if (await access.ReadAsync(http, OwnPage.Security, needsFreshSignIn: true) is var (form, person))
            Answer(http, await PasskeysOf(http).AddAsync(http, person.Session.UserId, form), PasskeyNotice.Added);
    }

    public async Task RenameAsync(HttpContext http)
    {
        if (await access.ReadAsync(http, OwnPage.Security, needsFreshSignIn: false) is not var (form, person))
            return;
        var credentialId = PasskeysModel.ReadId(form["credential_id"]);
        Answer(http, await PasskeysOf(http).RenameAsync(http, person.Session.UserId, credentialId, form["name"]), PasskeyNotice.Renamed);
    }

    public async Task RemoveAsync(HttpContext http)
    {
        if (await access.ReadAsync(http, OwnPage.Security, needsFreshSignIn: true) is not var (form, person))
            return;
        var credentialId = PasskeysModel.ReadId(form["credential_id"]);
        Answer(http, await PasskeysOf(http).RemoveAsync(http, person.Session.UserId, credentialId), PasskeyNotice.Removed);
    }

    private static void Answer(HttpContext http, Refusal? problem, PasskeyNotice done)
    {
        if (problem is { } reason)
            OAuthResults.Tell(http, reason);
        var notice = problem is { } refusal ? PasskeyNotice.Of(refusal) : done;
        PageResults.Redirect(http, $"{OwnPage.Security.Path}?{PasskeyNotice.Parameter}={notice.Word}#passkeys");
    }

    private static AccountPasskeys PasskeysOf(HttpContext http) => http.RequestServices.GetRequiredService<AccountPasskeys>();
}
