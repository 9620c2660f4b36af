using System.Security.Cryptography;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.UserInfo;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.Registration;

/// <summary>Who may register a client, or manage one: the holder of a token that we made (RFC 7591 §3, RFC 7592 §2), of which the hash alone is kept.</summary>
internal sealed class RegistrationAccess(RegistrationPolicies policies, Registrations registrations, Settings settings, TimeProvider clock)
{
    /// <summary>The policy of the initial access token, or of registration without one where that is allowed.</summary>
    public async Task<Decision<RegistrationPolicy>> MayRegisterAsync(HttpContext http)
    {
        if (http.Request.Headers.Authorization.Count == 0 && settings.Registration.Mode == RegistrationMode.Open)
            return Standing(await policies.FindOrAddAsync(RegistrationPolicy.Open with { CreatedAt = clock.GetUtcNow() }, http.RequestAborted));
        if (!BearerTokenRules.Read(http.Request.Headers.Authorization, Parameters.None).Try(out var token, out var reason))
            return reason;
        return Standing(await policies.FindByTokenAsync(SecretHash.Of(token), http.RequestAborted));
    }

    /// <summary>The client whose registration access token the request carries. One that isn't there, or isn't its own to manage, is a wrong token too.</summary>
    public async Task<Decision<ManagedClient>> MayManageAsync(HttpContext http)
    {
        if (!BearerTokenRules.Read(http.Request.Headers.Authorization, Parameters.None).Try(out var token, out var reason))
            return reason;
        var managed = await registrations.FindManagedAsync((string)http.Request.RouteValues["client"]!, http.RequestAborted);
        return managed is not null && CryptographicOperations.FixedTimeEquals(SecretHash.Of(token), managed.TokenHash) ? managed : Refusal.BearerTokenInvalid;
    }

    private Decision<RegistrationPolicy> Standing(RegistrationPolicy? policy) =>
        policy is not null && policy.IsStanding(clock.GetUtcNow()) ? policy : Refusal.BearerTokenInvalid;
}
