using System.Text;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Mail;
using IdentityProvider.Server.Pages;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;
using QRCoder;

namespace IdentityProvider.Server.SignIn;

/// <summary>What the pages share on which a person sets up an authenticator app: on the way in, and in their account.</summary>
internal sealed class AuthenticatorSetup(Authenticators authenticators, SignInHistory history, NoticeMail notices, Forms forms, Settings settings)
{
    /// <summary>The field of the key, sealed.</summary>
    public const string KeyField = "key";

    /// <summary>Shows a new key.</summary>
    public AuthenticatorForm.AuthenticatorModel New(HttpContext http, User user) => Model(http, user, authenticators.Offer(user.Id), problem: null);

    /// <summary>Shows the same key once more, after a wrong code; a new one where the old is too old.</summary>
    public AuthenticatorForm.AuthenticatorModel Again(HttpContext http, User user, Parameters form)
    {
        OAuthResults.Tell(http, Refusal.AuthenticatorNotConfirmed);
        return Model(http, user, authenticators.Open(form[KeyField], user.Id) ?? authenticators.Offer(user.Id), Refusal.AuthenticatorNotConfirmed);
    }

    /// <summary>Makes the key the person's, where the code is one of it: their recovery codes, to be shown once; null where it isn't.</summary>
    public async Task<IReadOnlyList<string>?> ConfirmAsync(HttpContext http, User user, Parameters form)
    {
        if (authenticators.Open(form[KeyField], user.Id) is not { } offer || await authenticators.AddAsync(user, offer, form["code"], http.RequestAborted) is not { } codes)
            return null;
        await history.AddAsync(user.Id, Origin.Of(http), SignInOutcome.SecondFactorAdded, CancellationToken.None);
        await notices.SendAsync(user.Id, NoticeKind.SecondFactorAdded, http);
        Log.SecondFactorAdded(OAuthResults.Logger(http), user.Id);
        return codes;
    }

    private AuthenticatorForm.AuthenticatorModel Model(HttpContext http, User user, AuthenticatorOffer offer, Refusal? problem)
    {
        var uri = Totp.UriOf(offer.Key, new Uri(settings.Issuer).Authority, user.UserName!);
        return new AuthenticatorForm.AuthenticatorModel(forms.TokenFor(http), offer.Token, ImageOf(uri), Grouped(Totp.TextOf(offer.Key)), problem);
    }

    // An image of its own, so that the page needs nothing beyond what every page may use.
    private static string ImageOf(string uri)
    {
        using var data = QRCodeGenerator.GenerateQrCode(uri, QRCodeGenerator.ECCLevel.M);
        using var code = new SvgQRCode(data);
        var svg = code.GetGraphic(4, "#000000", "#ffffff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
        return "data:image/svg+xml;base64," + Convert.ToBase64String(Encoding.UTF8.GetBytes(svg));
    }

    // In fours, as people read.
    private static string Grouped(string key) => string.Join(' ', key.Chunk(4).Select(group => new string(group)));
}
