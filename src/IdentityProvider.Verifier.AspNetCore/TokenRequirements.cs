using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace IdentityProvider.Verifier.AspNetCore;

/// <summary>Requirements on the token of a request, for endpoints and for policies.</summary>
public static class TokenRequirements
{
    /// <summary>The token has all of these scopes; else 403 <c>insufficient_scope</c> (RFC 6750 §3.1).</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder endpoint, params string[] scopes)
        where TBuilder : IEndpointConventionBuilder => endpoint.RequireAuthorization(policy => policy.RequireAuthenticatedUser().RequireScope(scopes));

    /// <summary>The user signed in no longer ago than this, with one of these classes if any are named; else a step-up challenge (RFC 9470 §3).</summary>
    public static TBuilder RequireFresh<TBuilder>(this TBuilder endpoint, TimeSpan maxAge, params string[] acrValues)
        where TBuilder : IEndpointConventionBuilder => endpoint.RequireAuthorization(policy => policy.RequireAuthenticatedUser().RequireFresh(maxAge, acrValues));

    /// <summary>The user signed in with one of these classes; else a step-up challenge (RFC 9470 §3).</summary>
    public static TBuilder RequireAcr<TBuilder>(this TBuilder endpoint, params string[] acrValues)
        where TBuilder : IEndpointConventionBuilder => endpoint.RequireAuthorization(policy => policy.RequireAuthenticatedUser().RequireAcr(acrValues));

    /// <summary>As for endpoints, in a policy.</summary>
    public static AuthorizationPolicyBuilder RequireScope(this AuthorizationPolicyBuilder policy, params string[] scopes)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return policy.AddRequirements(new ScopeRequirement(scopes));
    }

    /// <summary>As for endpoints, in a policy.</summary>
    public static AuthorizationPolicyBuilder RequireFresh(this AuthorizationPolicyBuilder policy, TimeSpan maxAge, params string[] acrValues)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return policy.AddRequirements(new SignInRequirement(AuthenticationRequirement.RequireFresh(maxAge, acrValues)));
    }

    /// <summary>As for endpoints, in a policy.</summary>
    public static AuthorizationPolicyBuilder RequireAcr(this AuthorizationPolicyBuilder policy, params string[] acrValues)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return policy.AddRequirements(new SignInRequirement(AuthenticationRequirement.RequireAcr(acrValues)));
    }

    /// <summary>The verified token of this request, or null when none was accepted.</summary>
    public static VerifiedToken? AccessToken(this HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return http.Features.Get<VerifiedToken>();
    }
}
