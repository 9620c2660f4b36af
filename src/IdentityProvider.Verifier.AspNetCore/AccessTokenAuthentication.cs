using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace IdentityProvider.Verifier.AspNetCore;

/// <summary>Reads the bearer token of a request (RFC 6750 §2.1: the Authorization header alone), has it verified, and answers refusals.</summary>
internal sealed class AccessTokenAuthentication(IOptionsMonitor<AccessTokenScheme> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AccessTokenScheme>(options, logger, encoder)
{
    private const string Bearer = "Bearer ";

    private VerifierRefusal? _refused;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // 1. One header with our scheme; another scheme is another's business (RFC 9110 §11.4).
        var header = Request.Headers.Authorization;
        if (header.Count == 0 || !header.ToString().StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return AuthenticateResult.NoResult();
        if (header.Count > 1) return Refuse(VerifierRefusal.TokenMalformed, "more than one Authorization header");

        // 2. The token (RFC 9068 §4).
        var outcome = await Options.Verifier.VerifyAsync(header.ToString()[Bearer.Length..].Trim(), Context.RequestAborted);
        return outcome switch
        {
            TokenVerification.Accepted accepted => Accept(accepted.Token),
            TokenVerification.Refused refused => Refuse(refused.Reason, refused.Detail),
            _ => AuthenticateResult.NoResult(),
        };
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        _refused is { } refused
            ? AnswerAsync(BearerChallenge.StatusCode(refused), BearerChallenge.For(refused))
            : AnswerAsync(StatusCodes.Status401Unauthorized, BearerChallenge.WithoutToken);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Context.Features.Get<UnmetRequirement>() switch
    {
        { Requirement: ScopeRequirement scope } => AnswerAsync(StatusCodes.Status403Forbidden, BearerChallenge.ForScope(scope.Scopes)),
        { Requirement: SignInRequirement signIn } => AnswerAsync(StatusCodes.Status401Unauthorized, BearerChallenge.ForAuthentication(signIn.SignIn)),
        _ => AnswerAsync(StatusCodes.Status403Forbidden, null),
    };

    private AuthenticateResult Accept(VerifiedToken token)
    {
        var identity = new ClaimsIdentity(AccessTokenScheme.Name, "sub", "role");
        identity.AddClaim(new Claim("sub", token.Subject));
        identity.AddClaim(new Claim("client_id", token.ClientId));
        identity.AddClaims(token.Scopes.Select(scope => new Claim("scope", scope)));
        var principal = new ClaimsPrincipal(identity);
        Context.Features.Set(token);
        return AuthenticateResult.Success(new AuthenticationTicket(principal, new AuthenticationProperties { ExpiresUtc = token.ExpiresAt }, Scheme.Name));
    }

    // The framework logs a failure's message at Information, once: the reason and its detail, never the token.
    private AuthenticateResult Refuse(VerifierRefusal reason, string detail)
    {
        _refused = reason;
        return AuthenticateResult.Fail($"{reason} ({detail})");
    }

    private Task AnswerAsync(int status, string? challenge)
    {
        Response.StatusCode = status;
        if (challenge is not null) Response.Headers.Append(HeaderNames.WWWAuthenticate, challenge);
        if (status == StatusCodes.Status503ServiceUnavailable) Response.Headers.RetryAfter = 5.ToString(CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }
}
