using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace IdentityProvider.Verifier.AspNetCore;

/// <summary>Scopes that the token must have, all of them.</summary>
internal sealed class ScopeRequirement : IAuthorizationRequirement
{
    public ScopeRequirement(IReadOnlyList<string> scopes)
    {
        // RFC 6749 §3.3: a scope is printable ASCII without space, quote and backslash, so it can stand in a header.
        if (scopes.Count == 0 || scopes.Any(scope => scope.Length == 0 || scope.AsSpan().ContainsAnyExceptInRange('!', '~') || scope.AsSpan().ContainsAny('"', '\\')))
            throw new ArgumentException("A scope is printable ASCII, without space, quote and backslash; at least one is needed.", nameof(scopes));
        Scopes = [.. scopes];
    }

    public IReadOnlyList<string> Scopes { get; }
}

/// <summary>A sign-in that is fresh or strong enough.</summary>
internal sealed class SignInRequirement(AuthenticationRequirement signIn) : IAuthorizationRequirement
{
    public AuthenticationRequirement SignIn { get; } = signIn;
}

/// <summary>What kept a request out, for the answer. A sign-in that is not enough goes first: with it the client can do something at once.</summary>
internal sealed record UnmetRequirement(IAuthorizationRequirement Requirement);

/// <summary>Checks both kinds against the token of the request, and leaves the one unmet for the answer.</summary>
internal sealed class TokenRequirementCheck(TimeProvider? clock = null) : IAuthorizationHandler
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        if (context.Resource is not HttpContext http || http.AccessToken() is not { } token) return Task.CompletedTask;
        foreach (var requirement in context.PendingRequirements.ToArray())
        {
            bool? met = requirement switch
            {
                ScopeRequirement scope => token.RequireScope(scope.Scopes) is null,
                SignInRequirement signIn => signIn.SignIn.Refuse(token, _clock.GetUtcNow()) is null,
                _ => null,
            };
            if (met is true) context.Succeed(requirement);
            else if (met is false && (requirement is SignInRequirement || http.Features.Get<UnmetRequirement>() is null)) http.Features.Set(new UnmetRequirement(requirement));
        }
        return Task.CompletedTask;
    }
}
