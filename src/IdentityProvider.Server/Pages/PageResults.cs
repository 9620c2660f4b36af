using System.Globalization;
using IdentityProvider.Protocol;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SignIn;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IdentityProvider.Server.Pages;

/// <summary>How a page leaves: static HTML that nobody may keep, frame, or make load or run anything that is not ours.</summary>
internal static class PageResults
{
    /// <summary>The name of the one parameter that each page has.</summary>
    public const string Model = nameof(Model);

    /// <summary>Renders a page.</summary>
    /// <param name="http">The request.</param>
    /// <param name="model">What the page shows: its parameter <see cref="Model"/>.</param>
    /// <param name="policy">What beyond our own it may use.</param>
    /// <param name="status">The answer's status.</param>
    /// <param name="language">The one language that it is in; null for the reader's own.</param>
    public static Task ShowAsync<TPage>(HttpContext http, object model, PagePolicy? policy = null, int status = StatusCodes.Status200OK, CultureInfo? language = null)
        where TPage : IComponent
    {
        CultureInfo.CurrentUICulture = CultureInfo.CurrentCulture = language ?? Languages.Of(http);
        if (language is null)
            Languages.Remember(http, http.RequestServices.GetRequiredService<Settings>());
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = (policy ?? PagePolicy.Plain).ToString();
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = policy?.ReferrerPolicy ?? "no-referrer";
        OAuthResults.NoStore(http.Response);
        return new RazorComponentResult<TPage>(new Dictionary<string, object?> { [Model] = model })
        {
            StatusCode = status,
            PreventStreamingRendering = true,
        }.ExecuteAsync(http);
    }

    /// <summary>Renders a page, after a try with the status of what was wrong with it.</summary>
    /// <param name="http">The request.</param>
    /// <param name="model">What the page shows, the problem with it.</param>
    /// <param name="policy">What beyond our own it may use.</param>
    /// <param name="problem">What was wrong; null where nothing was tried.</param>
    public static Task ShowAsync<TPage>(HttpContext http, object model, PagePolicy policy, Refusal? problem)
        where TPage : IComponent
    {
        if (problem == Refusal.PasswordHashingBusy)
            http.Response.Headers.RetryAfter = PasswordHashing.RetryAfter;
        return ShowAsync<TPage>(http, model, policy, problem is { } reason ? Refusals.Of(reason).Status : StatusCodes.Status200OK);
    }

    /// <summary>303: whatever the method was, the browser goes on by GET (RFC 9110 §15.4.4).</summary>
    /// <param name="http">The request.</param>
    /// <param name="location">An absolute URI, or a path from the root of the issuer.</param>
    public static void Redirect(HttpContext http, string location)
    {
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = location.StartsWith('/') ? http.Request.PathBase + location : location;
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        OAuthResults.NoStore(http.Response);
    }
}
