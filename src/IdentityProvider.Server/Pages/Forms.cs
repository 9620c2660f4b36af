using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Protocol;
using IdentityProvider.Server.Http;
using Microsoft.AspNetCore.Antiforgery;

namespace IdentityProvider.Server.Pages;

/// <summary>
/// Reading the forms of our own pages: strictly, as every form here is, and only where the framework's antiforgery token shows that this
/// browser was given the form by us.
/// </summary>
internal sealed class Forms(IAntiforgery antiforgery, Settings settings)
{
    public const string TokenField = "__RequestVerificationToken";

    /// <summary>Only <see cref="ReadAsync"/> sets it: <see cref="RequestParameters"/> has read the body, and the framework looks for its token here too.</summary>
    public const string TokenHeader = "X-Idp-Form-Token";

    /// <summary>The token for a form that is about to be shown; its other half goes out as a cookie.</summary>
    public string TokenFor(HttpContext http) => antiforgery.GetAndStoreTokens(http).RequestToken!;

    /// <summary>What stands for the browser that our forms were given to: the SHA-256 of its half of the token. Null where it has none.</summary>
    public string? BrowserOf(HttpContext http) =>
        http.Request.Cookies[CookieName(settings)] is { } half ? Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(half))) : null;

    public async Task<Decision<Parameters>> ReadAsync(HttpContext http)
    {
        var decision = await RequestParameters.ReadFormAsync(http);
        if (!decision.Try(out var form, out _))
            return decision;
        Languages.Answer(http, form);
        http.Request.Headers[TokenHeader] = form[TokenField];
        return await antiforgery.IsRequestValidAsync(http) ? form : Refusal.FormTokenInvalid;
    }

    /// <summary>Registers the framework's antiforgery as these forms use it.</summary>
    public static void Configure(AntiforgeryOptions options, Settings settings)
    {
        options.FormFieldName = TokenField;
        options.HeaderName = TokenHeader;
        options.SuppressXFrameOptionsHeader = true;
        options.Cookie.Name = CookieName(settings);
        options.Cookie.Path = "/";
        options.Cookie.SecurePolicy = settings.IsHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.None;

        // Lax, since a person comes to the form from another site: a Strict cookie would be replaced at each coming, and other tabs' forms fail.
        options.Cookie.SameSite = SameSiteMode.Lax;
    }

    private static string CookieName(Settings settings) => settings.CookieName("idp-form");
}
