using System.Security.Cryptography;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Server.Endpoints.Token;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Pages;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>
/// The console as the relying party that it is: it sends the browser to <c>/authorize</c> as any app does, and takes the answer at
/// <c>/admin/callback</c>. The code is redeemed by the grant of <c>/token</c>, without a call to ourselves.
/// </summary>
internal sealed class ConsoleSignInPages(ConsoleCookies cookies, CodeExchange exchange, KeyRing keys, Settings settings, TimeProvider clock, IDataProtectionProvider protection)
{
    private readonly TokenSeal _states = new(protection, "console-state");
    private readonly TokenSeal _signOuts = new(protection, "console-sign-out");

    /// <summary>Sends the browser to the sign-in.</summary>
    /// <param name="http">The request.</param>
    /// <param name="target">Where it comes back to, below the issuer.</param>
    /// <param name="stepUp">What the sign-in must be; null where any that stands is enough.</param>
    public void Begin(HttpContext http, string target, ConsoleStepUp? stepUp)
    {
        var browser = cookies.BeginBrowser(http);
        var salt = http.RequestServices.GetRequiredService<Entropy>().Token();
        var state = _states.Seal(new State(target, salt, ConsoleCookies.HashOf(browser), clock.GetUtcNow()));
        PageResults.Redirect(http, "/authorize?" + ConsoleSignInRules.Request(settings.Issuer, state, browser, salt, stepUp));
    }

    /// <summary><c>GET /admin/callback</c>.</summary>
    public async Task CallbackAsync(HttpContext http)
    {
        // 1. This browser began it (RFC 6749 §10.12).
        if (!RequestParameters.ReadQuery(http).Try(out var answer, out var reason))
        {
            await ErrorPages.RefuseAsync(http, reason);
            return;
        }

        if (_states.Open<State>(answer["state"]) is not { } state || cookies.BrowserThatBegan(http, state.Browser, state.At) is not { } browser)
        {
            await ErrorPages.RefuseAsync(http, Refusal.ConsoleStateUnknown);
            return;
        }

        // 2. It is answered with a code, which is worth tokens, which are of this sign-in.
        if (!ConsoleSignInRules.ReadCode(answer, settings.Issuer).Try(out var code, out reason)
            || !(await ExchangeAsync(http, code, ConsoleSignInRules.VerifierOf(browser, state.Salt))).Try(out var response, out reason)
            || !ConsoleSignInRules.Accept(response.IdToken!, response.AccessToken, browser, state.Salt, keys.Published, settings.Issuer, clock.GetUtcNow()).Try(out var signIn, out reason))
        {
            await ErrorPages.RefuseAsync(http, reason);
            return;
        }

        // 3. It takes the place of the one that this browser had: nobody could come back to that.
        if (cookies.SignInOf(http) is { } before && before.FamilyId != signIn.FamilyId)
            await http.RequestServices.GetRequiredService<ConsoleAccess>().EndAsync(http, before.FamilyId);

        // 4. The tokens have done their work: which sign-in it is suffices from now on.
        cookies.Keep(http, new ConsoleCookies.KeptSignIn(signIn.FamilyId, response.IdToken!));
        PageResults.Redirect(http, state.Target);
    }

    /// <summary>What a page's link to <see cref="SignOut"/> holds, so that nobody else can make one.</summary>
    public string SignOutToken(ConsolePerson person) => _signOuts.Seal(person.SignIn.FamilyId.ToByteArray());

    /// <summary>
    /// <c>GET /admin/sign-out</c>: on to the logout of the whole sign-in (OpenID Connect RP-Initiated Logout 1.0 §2). A link, since what a form leads
    /// to may be another provider's page; from a page that isn't ours it leads to a question.
    /// </summary>
    public void SignOut(HttpContext http)
    {
        var kept = cookies.SignInOf(http);
        var isOurs = kept is not null && RequestParameters.ReadQuery(http).Try(out var query, out _)
            && _signOuts.Open(query["of"]) is { } of && CryptographicOperations.FixedTimeEquals(of, kept.FamilyId.ToByteArray());
        var logout = $"/logout?client_id={BuiltInClients.Console}&post_logout_redirect_uri={Uri.EscapeDataString(settings.Issuer + BuiltInClients.ConsoleSignedOutPath)}";
        if (isOurs)
        {
            cookies.Forget(http);

            // A hint whose key is gone would be refused; the person is asked then.
            if (Protocol.Tokens.IdTokenHint.Verify(kept!.IdToken, keys.Published, settings.Issuer, clock.GetUtcNow()) is not null)
                logout += $"&id_token_hint={kept.IdToken}";
        }

        PageResults.Redirect(http, logout);
    }

    private Task<Decision<TokenResponse>> ExchangeAsync(HttpContext http, string code, string verifier) => exchange.RunAsync(
        http, BuiltInClients.ConsoleInThisProcess(settings.Issuer), settings.Issuer + BuiltInClients.ConsoleCallbackPath, AdminApi.IdentifierOf(settings.Issuer), code, verifier);

    /// <summary>A sign-in under way: where it leads, and which browser began it when.</summary>
    private sealed record State(string Target, string Salt, byte[] Browser, DateTimeOffset At);
}
