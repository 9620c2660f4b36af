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

    /// <summary>Only <see cref="CheckedAsync"/> sets it: <see cref="RequestParameters"/> has read the body, and the framework looks for its token here too.</summary>
    public const string TokenHeader = "X-Idp-Form-Token";

    /// <summary>The token for a form that is about to be shown; its other half goes out as a cookie.</summary>
    public string TokenFor(HttpContext http) => antiforgery.GetAndStoreTokens(http).RequestToken!;

    /// <summary>What stands for the browser that our forms were given to: the SHA-256 of its half of the token. Null where it has none.</summary>
    public string? BrowserOf(HttpContext http) =>
        http.Request.Cookies[CookieName(settings)] is { } half ? Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(half))) : null;

    public Task<Decision<Parameters>> ReadAsync(HttpContext http) => CheckedAsync(http, RequestParameters.ReadFormAsync(http));

    /// <summary>The same of a form that may hold a file, whose text is then a parameter like any.</summary>
    /// <param name="http">The request.</param>
    /// <param name="longest">Of all of it, in bytes.</param>
    public Task<Decision<Parameters>> ReadAsync(HttpContext http, int longest) =>
        CheckedAsync(http, MultipartForm.Is(http.Request.ContentType) ? MultipartForm.ReadAsync(http, longest) : RequestParameters.ReadFormAsync(http));

    private async Task<Decision<Parameters>> CheckedAsync(HttpContext http, Task<Decision<Parameters>> read)
    {
        var decision = await read;
        if (!decision.Try(out var form, out _))
            return decision;
        Languages.Answer(http, form);

        // Never absent, or the framework would read the body again.
        http.Request.Headers[TokenHeader] = form[TokenField] ?? "none";
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
