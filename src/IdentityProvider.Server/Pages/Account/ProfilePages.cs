using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Pages.Account;

/// <summary><c>/account/profile</c>: what apps may be told of a person, as far as they may say it themselves (<see cref="ProfileRules"/>).</summary>
internal sealed class ProfilePages(AccountAccess access, Storage.Users users, SignInHistory history, Settings settings, Entropy entropy, TimeProvider clock)
{
    private const string DoneParameter = "done";
    private const string Saved = "saved";

    private readonly IReadOnlyList<string> _editable = settings.Accounts.Editable;

    public async Task GetAsync(HttpContext http)
    {
        if (await access.OpenAsync(http, OwnPage.Profile, needsFreshSignIn: false) is not var (query, signedIn))
            return;
        if (await users.FindStampedAsync(signedIn.Session.UserId, http.RequestAborted) is { } standing)
            await ShowAsync(http, Model(http, signedIn, standing.Claims) with { IsSaved = query[DoneParameter] == Saved });
        else
            PageResults.Redirect(http, OwnPage.Profile.LoginPath);
    }

    public async Task PostAsync(HttpContext http)
    {
        if (await access.ReadAsync(http, OwnPage.Profile, needsFreshSignIn: false) is not var (form, signedIn))
            return;
        if (await users.FindStampedAsync(signedIn.Session.UserId, http.RequestAborted) is not { } standing)
        {
            PageResults.Redirect(http, OwnPage.Profile.LoginPath);
            return;
        }

        var model = Model(http, signedIn, standing.Claims) with { Entered = form };
        switch (ProfileRules.Decide(form, standing.Claims, _editable, TimeZones.Names, clock.GetUtcNow()))
        {
            case ProfileDecision.Refused refused:
                await ShowAsync(http, model with { Mistakes = refused.Mistakes }, StatusCodes.Status400BadRequest);
                break;
            case ProfileDecision.ChangedMeanwhile:
                await ShowAsync(http, model with { IsOutdated = true }, StatusCodes.Status409Conflict);
                break;
            case ProfileDecision.Changed changed when !await WriteAsync(signedIn, changed.Claims, standing.Stamp):
                // Somebody else was first, between the two: what stands now is theirs.
                var now = await users.FindStampedAsync(signedIn.Session.UserId, http.RequestAborted);
                await ShowAsync(http, Model(http, signedIn, now?.Claims ?? standing.Claims) with { Entered = form, IsOutdated = true }, StatusCodes.Status409Conflict);
                break;
            case var done:
                if (done is ProfileDecision.Changed { Claims: var claims })
                    await TellAsync(http, signedIn, string.Join(' ', ProfileRules.ChangesOf(standing.Claims, claims)));
                PageResults.Redirect(http, $"{OwnPage.Profile.Path}?{DoneParameter}={Saved}");
                break;
        }
    }

    // Once begun, it is done: whoever closes the page has saved.
    private Task<bool> WriteAsync(SignedIn signedIn, JsonObject claims, string? read) =>
        users.ChangeClaimsAsync(signedIn.Session.UserId, claims, read, entropy.NewId().ToString("D"), CancellationToken.None);

    private async Task TellAsync(HttpContext http, SignedIn signedIn, string changed)
    {
        await history.AddAsync(signedIn.Session.UserId, Origin.Of(http), SignInOutcome.ProfileChanged, CancellationToken.None, changed);
        Log.ProfileChanged(OAuthResults.Logger(http), signedIn.Session.UserId, changed);
    }

    private ProfileModel Model(HttpContext http, SignedIn signedIn, JsonObject standing) => new(
        access.FormToken(http), signedIn.Session.SessionId.ToString("N"), ProfileRules.VersionOf(standing, _editable), signedIn.User.Username, standing, [.. ProfileRules.FieldsOf(_editable)]);

    private static Task ShowAsync(HttpContext http, ProfileModel model, int status = StatusCodes.Status200OK) =>
        PageResults.ShowAsync<ProfilePage>(http, model, PagePolicy.Account, status);
}
