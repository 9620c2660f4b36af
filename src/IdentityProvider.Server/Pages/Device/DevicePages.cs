using IdentityProvider.Protocol;
using IdentityProvider.Protocol.DeviceAuthorization;
using IdentityProvider.Server.Http;

namespace IdentityProvider.Server.Pages.Device;

/// <summary>
/// <c>/device</c> (RFC 8628 §3.3): a person types the code that a device shows. Nothing is looked up here: that is for who is signed in. A code
/// that comes by link (§3.3.1) is filled in, and the person still sends it.
/// </summary>
internal sealed class DevicePages(Forms forms, EnteredCodes entered)
{
    public const string Path = "/device";

    public async Task GetAsync(HttpContext http)
    {
        if (RequestParameters.ReadQuery(http).Try(out var query, out var reason))
            await ShowAsync(http, UserCode.Parse(query["user_code"])?.ToString(), problem: null);
        else
            await ErrorPages.RefuseAsync(http, reason);
    }

    public async Task PostAsync(HttpContext http)
    {
        if (!(await forms.ReadAsync(http)).Try(out var form, out var reason))
            await ErrorPages.RefuseAsync(http, reason);
        else if (UserCode.Parse(form["user_code"]) is { } code)
            PageResults.Redirect(http, OwnPage.Device.PathWith(entered.Seal(code, forms.BrowserOf(http)!)));
        else
            await ShowAsync(http, Shown(form["user_code"]), Refusal.UserCodeMalformed);
    }

    /// <summary>The form, with what went wrong.</summary>
    public Task ShowAsync(HttpContext http, string? typed, Refusal? problem)
    {
        if (problem is { } logged)
            OAuthResults.Tell(http, logged);
        var model = new DevicePage.DeviceModel(forms.TokenFor(http), typed, problem is { } reason ? TextOf(reason) : null);
        return PageResults.ShowAsync<DevicePage>(http, model, PagePolicy.OwnForm, problem);
    }

    private static string? Shown(string? typed) => typed?.Length > UserCode.LongestText ? null : typed;

    private static string TextOf(Refusal reason) => reason switch
    {
        Refusal.UserCodeMalformed => "Device.Malformed",
        Refusal.UserCodeGuessedTooOften => "Device.GuessedTooOften",
        _ => "Device.Wrong",
    };
}
