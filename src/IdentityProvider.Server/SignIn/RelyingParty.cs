using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// What passkeys are bound to (WebAuthn §5.1.2, §13.4.9): the host of the issuer, and pages of its origin alone. Both come from the settings, and
/// never from what a request says of its host.
/// </summary>
internal sealed class RelyingParty
{
    private readonly ILogger<RelyingParty> _logger;
    private readonly string _origin;

    public RelyingParty(Settings settings, ILogger<RelyingParty> logger)
    {
        var issuer = new Uri(settings.Issuer);
        _logger = logger;
        _origin = $"{issuer.Scheme}://{issuer.IdnHost}{(issuer.IsDefaultPort ? "" : $":{issuer.Port}")}";
        Id = issuer.IdnHost;
        Exists = issuer.HostNameType == UriHostNameType.Dns;
    }

    /// <summary>The relying party's identifier: a domain.</summary>
    public string Id { get; }

    /// <summary>Whether there can be passkeys: not where the issuer is an address instead of a name.</summary>
    public bool Exists { get; }

    /// <summary>ASP.NET Core Identity's ceremonies, bound to this party.</summary>
    public PasskeyHandler<User> Ceremonies(UserManager<User> users, bool needsUserVerification) => new(users, Options.Create(new IdentityPasskeyOptions
    {
        ServerDomain = Id,
        ValidateOrigin = at => ValueTask.FromResult(IsOurs(at)),
        AuthenticatorTimeout = PasskeyChallenges.Lifetime,
        UserVerificationRequirement = needsUserVerification ? "required" : "preferred",

        // It must be found without a name, so that each can sign in by itself.
        ResidentKeyRequirement = "required",

        // Nobody's make of device is asked for.
        AttestationConveyancePreference = "none",

        // ES256, and RS256 for the older devices that have nothing else (RFC 8812, RFC 9053).
        IsAllowedAlgorithm = algorithm => algorithm is -7 or -257,
    }));

    // No frame of another site's, whatever that one says of itself.
    private bool IsOurs(PasskeyOriginValidationContext at)
    {
        var isOurs = at.Origin == _origin && !at.CrossOrigin && at.TopOrigin is null;
        if (!isOurs)
            Log.PasskeyOfAnotherOrigin(_logger, _origin);
        return isOurs;
    }
}
