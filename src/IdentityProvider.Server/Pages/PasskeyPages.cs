using IdentityProvider.Protocol;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Pages;

/// <summary><c>/login/passkey</c>: a person is known by their passkey, without a name; then as after any other first factor.</summary>
internal sealed class PasskeyPages(SignInTargets targets, SignInFlow flow, Forms forms, LoginPages login, ILogger<PasskeyPages> logger)
{
    public const string Path = "/login/passkey";

    /// <summary>What our script hands to the browser.</summary>
    public async Task OptionsAsync(HttpContext http)
    {
        if (!(await forms.ReadAsync(http)).Try(out var form, out var reason))
            await OAuthResults.RefuseAsync(http, reason);
        else if (await targets.FindAsync(http, form) is { } target)
            await SendAsync(http, await SignInOf(http).AskAsync(http, user: null, PasskeyRules.MustVerifyUser([], SignInFlow.NeedsOf(target))));
    }

    public async Task PostAsync(HttpContext http)
    {
        if (!(await forms.ReadAsync(http)).Try(out var form, out var reason))
        {
            await ErrorPages.RefuseAsync(http, reason);
            return;
        }

        if (await targets.FindAsync(http, form) is not { } target)
            return;
        if ((await SignInOf(http).VerifyAsync(http, form, user: null, PasskeyRules.MustVerifyUser([], SignInFlow.NeedsOf(target)))).Try(out var proof, out reason))
        {
            await flow.GoOnAsync(http, proof.User, new ProvenFactors(proof.Amr), target);
            return;
        }

        Log.Refused(logger, reason, Refusals.Of(reason).Section);
        await login.ShowAsync(http, target, username: null, reason);
    }

    /// <summary>The options of a ceremony and its sealed challenge, as our script reads them.</summary>
    public static Task SendAsync(HttpContext http, PasskeyOptions options) => JsonBody.SendAsync(http, options, static (json, options) =>
    {
        json.WriteStartObject();
        json.WritePropertyName("options");
        json.WriteRawValue(options.Json);
        json.WriteString(PasskeyAnswer.Challenge, options.Challenge);
        json.WriteEndObject();
    });

    private static PasskeySignIn SignInOf(HttpContext http) => http.RequestServices.GetRequiredService<PasskeySignIn>();
}
