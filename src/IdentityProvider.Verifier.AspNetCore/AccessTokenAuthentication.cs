using System.Buffers.Text;
using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
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
    private const string DPoP = "DPoP ";

    private VerifierRefusal? _refused;
    private bool _isDPoP;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // 1. One header with our scheme; another scheme is another's business (RFC 9110 §11.4).
        var header = Request.Headers.Authorization;
        var text = header.ToString();
        _isDPoP = text.StartsWith(DPoP, StringComparison.OrdinalIgnoreCase);
        if (!_isDPoP && !text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return AuthenticateResult.NoResult();
        if (header.Count > 1) return Refuse(VerifierRefusal.TokenMalformed, "more than one Authorization header");

        // 2. The token (RFC 9068 §4), with what the request proves (RFC 9449 §7, RFC 8705 §3).
        var token = text[(_isDPoP ? DPoP.Length : Bearer.Length)..].Trim();
        var outcome = _isDPoP || Context.Connection.ClientCertificate is not null
            ? await Options.Verifier.VerifyAsync(token, ReadSender(), Context.RequestAborted)
            : await Options.Verifier.VerifyAsync(token, Context.RequestAborted);
        return outcome switch
        {
            TokenVerification.Accepted accepted => Accept(accepted.Token),
            TokenVerification.Refused refused => Refuse(refused.Reason, refused.Detail),
            _ => AuthenticateResult.NoResult(),
        };
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        _refused is { } refused
            ? AnswerAsync(BearerChallenge.StatusCode(refused), _isDPoP ? DPoPChallenge.For(refused) : BearerChallenge.For(refused))
            : AnswerAsync(StatusCodes.Status401Unauthorized, BearerChallenge.WithoutToken);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Context.Features.Get<UnmetRequirement>() switch
    {
        { Requirement: ScopeRequirement scope } => AnswerAsync(StatusCodes.Status403Forbidden, OfScheme(BearerChallenge.ForScope(scope.Scopes))),
        { Requirement: SignInRequirement signIn } => AnswerAsync(StatusCodes.Status401Unauthorized, OfScheme(BearerChallenge.ForAuthentication(signIn.SignIn))),
        _ => AnswerAsync(StatusCodes.Status403Forbidden, null),
    };

    private string OfScheme(string challenge) => _isDPoP ? DPoPChallenge.InsteadOf(challenge) : challenge;

    // The answer tells the newest nonce, whatever becomes of the request (RFC 9449 §8.2).
    private SenderProof ReadSender()
    {
        if (_isDPoP && Options.Verifier.Nonce is { } nonce) Response.Headers["DPoP-Nonce"] = nonce;
        return new SenderProof
        {
            IsDPoP = _isDPoP,
            Proofs = [.. Request.Headers["DPoP"]],
            Method = Request.Method,
            Url = Options.Verifier.UrlOf(Request.PathBase.Add(Request.Path).ToUriComponent()),
            CertificateThumbprint = Context.Connection.ClientCertificate is { } certificate ? Base64Url.EncodeToString(SHA256.HashData(certificate.RawDataMemory.Span)) : null,
        };
    }

    private string PointingToMetadata(string challenge) => Options.ResourceMetadata is { } address
        ? $"{challenge}{(challenge.Contains('=', StringComparison.Ordinal) ? "," : "")} resource_metadata=\"{address}\""
        : challenge;

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
        if (challenge is not null) Response.Headers.Append(HeaderNames.WWWAuthenticate, PointingToMetadata(challenge));
        if (status == StatusCodes.Status503ServiceUnavailable) Response.Headers.RetryAfter = 5.ToString(CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }
}
