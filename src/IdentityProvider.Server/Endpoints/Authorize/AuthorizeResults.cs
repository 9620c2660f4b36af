using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Pages;

namespace IdentityProvider.Server.Endpoints.Authorize;

/// <summary>How the answer leaves for the client.</summary>
internal static class AuthorizeResults
{
    /// <summary>Tells the client why not, and the log once.</summary>
    public static Task RefuseAsync(HttpContext http, ReturnAddress returnAddress, Refusal reason, string issuer)
    {
        OAuthResults.Tell(http, reason);
        return AnswerAsync(http, AuthorizationAnswer.Error(returnAddress, reason, issuer));
    }

    /// <summary>Signed where the client wants that (JARM); by redirect, always with 303 so that nothing that was posted here is posted there (RFC 9700 §4.12), or by a form.</summary>
    public static async Task AnswerAsync(HttpContext http, AuthorizationAnswer answer)
    {
        if (answer.ReturnAddress.Signing is { } signing)
        {
            var key = await http.RequestServices.GetRequiredService<KeyRing>().ActiveAsync(signing.Algorithm, http.RequestAborted);
            answer = SignedAuthorizationAnswer.Sign(answer, signing, key, http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());
        }

        if (answer.ReturnAddress.ResponseMode == ResponseMode.FormPost)
            await FormPostPages.ShowAsync(http, answer);
        else
            PageResults.Redirect(http, answer.Location);
    }
}
