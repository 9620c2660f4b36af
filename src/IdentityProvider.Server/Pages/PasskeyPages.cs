using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SignIn;

namespace IdentityProvider.Server.Pages;

/// <summary>
/// <c>/login/passkey</c>, where a passkey says who its person is, <c>/login/second/passkey</c>, where it is their second factor, and
/// <c>/login/enroll/passkey</c>, where it is made to be one. Each has its options below it, for our script.
/// </summary>
internal sealed class PasskeyPages(SignInTargets targets, SignInFlow flow, Forms forms, LoginPages login, SecondPages second, EnrollPages enroll)
{
    public const string Path = "/login/passkey";
    public const string SecondPath = SignInFlow.SecondPath + "/passkey";
    public const string EnrollPath = SignInFlow.EnrollPath + "/passkey";

    public async Task OptionsAsync(HttpContext http)
    {
        if (await ReadAsync(http, isForScript: true) is var (_, target))
            await SendAsync(http, await SignInOf(http).AskAsync(http, user: null, MustVerifyUser([], target)));
    }

    public async Task PostAsync(HttpContext http)
    {
        if (await ReadAsync(http, isForScript: false) is not var (form, target))
            return;
        if ((await SignInOf(http).VerifyAsync(http, form, user: null, MustVerifyUser([], target))).Try(out var proof, out var reason))
        {
            await flow.GoOnAsync(http, proof.User, new ProvenFactors(proof.Amr), target);
            return;
        }

        Tally(http, AuditAction.SignInFailed, userId: null);
        OAuthResults.Tell(http, reason);
        await login.ShowAsync(http, target, username: null, reason);
    }

    public async Task SecondOptionsAsync(HttpContext http)
    {
        if (await ReadAsync(http, isForScript: true) is var (_, target) && await second.FindAsync(http, target) is { } underWay)
            await SendAsync(http, await SignInOf(http).AskAsync(http, underWay.User, MustVerifyUser(underWay.Proven.Amr, target)));
    }

    public async Task SecondAsync(HttpContext http)
    {
        if (await ReadAsync(http, isForScript: false) is not var (form, target) || await second.FindAsync(http, target) is not { } underWay)
            return;
        if ((await SignInOf(http).VerifyAsync(http, form, underWay.User, MustVerifyUser(underWay.Proven.Amr, target))).Try(out var proof, out var reason))
        {
            PageResults.Redirect(http, await flow.StepAsync(http, underWay.With(proof.Amr), target, remember: form["remember"] is not null));
            return;
        }

        Tally(http, AuditAction.SecondFactorFailed, underWay.User.Id);
        OAuthResults.Tell(http, reason);
        await second.ShowAsync(http, target, underWay, reason);
    }

    public async Task EnrollOptionsAsync(HttpContext http)
    {
        if (await ReadAsync(http, isForScript: true) is not var (_, target) || await enroll.FindAsync(http, target) is not { } underWay)
            return;
        var registration = http.RequestServices.GetRequiredService<PasskeyRegistration>();
        if ((await registration.AskAsync(http, underWay.User.Id, underWay.User.UserName!, MustVerifyUser(underWay.Proven.Amr, target))).Try(out var options, out var reason))
            await SendAsync(http, options);
        else
            await OAuthResults.RefuseAsync(http, reason);
    }

    public async Task EnrollAsync(HttpContext http)
    {
        if (await ReadAsync(http, isForScript: false) is not var (form, target) || await enroll.FindAsync(http, target) is not { } underWay)
            return;
        var passkeys = http.RequestServices.GetRequiredService<AccountPasskeys>();
        if ((await passkeys.EnrollAsync(http, underWay.User, form, MustVerifyUser(underWay.Proven.Amr, target))).Try(out var made, out var reason))
        {
            await enroll.GoOnAsync(http, underWay.With(made.Amr), target, made.RecoveryCodes);
            return;
        }

        OAuthResults.Tell(http, reason);
        await enroll.ShowAsync(http, target, underWay, reason);
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

    /// <summary>The form and where the sign-in leads back to; null where an answer was given already.</summary>
    private async Task<SignInTargets.Sent?> ReadAsync(HttpContext http, bool isForScript)
    {
        if ((await forms.ReadAsync(http)).Try(out var form, out var reason))
            return await targets.FindAsync(http, form) is { } target ? new SignInTargets.Sent(form, target) : null;
        await (isForScript ? OAuthResults.RefuseAsync(http, reason) : ErrorPages.RefuseAsync(http, reason));
        return null;
    }

    private static void Tally(HttpContext http, AuditAction action, Guid? userId) =>
        http.RequestServices.GetRequiredService<SignInHistory>().Tally(action, userId, Origin.Of(http), "passkey");

    private static bool MustVerifyUser(IReadOnlyList<string> proven, SignInTarget target) => PasskeyRules.MustVerifyUser(proven, SignInFlow.NeedsOf(target));

    private static PasskeySignIn SignInOf(HttpContext http) => http.RequestServices.GetRequiredService<PasskeySignIn>();
}
