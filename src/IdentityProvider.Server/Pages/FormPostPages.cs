using IdentityProvider.Protocol.Authorize;

namespace IdentityProvider.Server.Pages;

/// <summary>OAuth 2.0 Form Post Response Mode: a page that posts the answer by itself, or by one press where scripts are off.</summary>
internal static class FormPostPages
{
    public static Task ShowAsync(HttpContext http, AuthorizationAnswer answer)
    {
        var nonce = http.RequestServices.GetRequiredService<Entropy>().Token();
        var address = answer.ReturnAddress.RedirectUri.Value;
        var model = new FormPostPage.FormPostModel(address, Place.HostOf(address), answer.Parameters, nonce);
        return PageResults.ShowAsync<FormPostPage>(http, model, PagePolicy.FormPost(nonce));
    }
}
