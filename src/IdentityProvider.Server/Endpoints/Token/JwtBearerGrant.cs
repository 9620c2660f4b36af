using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.TrustedIssuers;
using IdentityProvider.Server.Http;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.Token;

/// <summary>An assertion of a trusted issuer (RFC 7523 §2.1): load, decide, mint, spend the assertion and make the family, answer.</summary>
internal sealed class JwtBearerGrant(Assertions assertions, Registry registry, TokenFamilies families, TokenMint mint, Entropy entropy, TimeProvider clock)
{
    /// <summary>Who read roles that changed meanwhile decides again, by those of now.</summary>
    private const int MostAttempts = 3;

    public async Task<Decision<TokenResponse>> ExchangeAsync(TokenRequest.JwtBearer request, Sender sender, CancellationToken cancellation)
    {
        var (now, client) = (clock.GetUtcNow(), sender.Client);
        if (!(await assertions.VerifyAsync(request, client, now, cancellation)).Try(out var assertion, out var reason))
            return reason;
        var resources = await registry.FindResourcesAsync(client.Client.Resources, cancellation);
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var subject = await assertions.FindSubjectAsync(assertion, client.Client, cancellation);
            if (!JwtBearerRules.Decide(request, client, assertion, subject, resources, entropy.NewId(), now).Try(out var plan, out reason)
                || !(await mint.MintAsync(plan, sender, cancellation)).Try(out var response, out reason))
                return reason;

            if (attempt == 0 && !await assertions.SpendAsync(assertion, now))
                return Refusal.AssertionReplayed;
            var family = plan.AccessToken.Family!;
            if (await families.AddAsync(response.Noted is { } status ? family with { Statuses = [status] } : family, subject.User!.ToldRoleChanges, CancellationToken.None))
                return response with { FamilyExpiresAt = null };
        }

        return Refusal.AssertionSubjectUnknown;
    }
}

/// <summary>What is known of an assertion: who made it, by which keys, about whom, and whether it was shown before.</summary>
internal sealed class Assertions(TrustedIssuers issuers, ClientKeys keys, Users users, SpentIdentifiers spent, SubjectIdentifiers subjects, Settings settings)
{
    public async Task<Decision<VerifiedAssertion>> VerifyAsync(TokenRequest.JwtBearer request, AuthenticatedClient client, DateTimeOffset now, CancellationToken cancellation)
    {
        TrustedIssuer? issuer = null;
        var verification = ClientKeySet.Empty.Verification;
        if (JwtBearerRules.IssuerOf(request) is var (name, kid) && (issuer = await issuers.FindAsync(name, cancellation)) is not null)
            verification = await KeysOfAsync(issuer, kid, cancellation);
        return JwtBearerRules.Verify(request, client, issuer, verification, [settings.Issuer, settings.Issuer + TokenEndpoint.Path], now);
    }

    public async Task<AssertedSubject> FindSubjectAsync(VerifiedAssertion assertion, Client client, CancellationToken cancellation)
    {
        var user = assertion.Issuer.UsernameClaim is null
            ? await users.FindLinkedAsync(assertion.Issuer.Issuer, assertion.Subject, cancellation)
            : await users.FindNamedAsync(assertion.Subject, cancellation);
        return new AssertedSubject(user, user is null ? null : subjects.PairwiseOrNull(client, user.UserId));
    }

    /// <summary>True for the first who shows it.</summary>
    public Task<bool> SpendAsync(VerifiedAssertion assertion, DateTimeOffset now) =>
        spent.SpendAsync(VerifiedAssertion.Purpose, assertion.Issuer.Issuer, assertion.Jti, assertion.ExpiresAt, now, CancellationToken.None);

    private async ValueTask<JsonWebKeySet> KeysOfAsync(TrustedIssuer issuer, string? kid, CancellationToken cancellation) =>
        (issuer.Jwks ?? await keys.FindPublishedAsync(issuer.Issuer, issuer.JwksUri!, set => set.Has(kid), cancellation)).Verification;
}
