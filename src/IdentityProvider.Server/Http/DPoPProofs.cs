using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.DPoP;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Http;

/// <summary>DPoP proofs on the wire (RFC 9449 §4.1, §8): the header, the nonce that they must hold, and each of them once.</summary>
public sealed class DPoPProofs(MasterKey masterKey, SpentIdentifiers spent, Settings settings, TimeProvider clock)
{
    public const string Header = "DPoP";
    public const string NonceHeader = "DPoP-Nonce";
    private const string Purpose = "dpop";

    private readonly byte[] _nonceKey = masterKey.Derive("dpop-nonce", 32);

    /// <summary>Whether a request has a proof, or several.</summary>
    public static bool AreSent(HttpContext http) => http.Request.Headers.ContainsKey(Header);

    /// <summary>The proof of a request, good but for that it may have been used before; the answer tells the newest nonce.</summary>
    /// <param name="http">The request.</param>
    /// <param name="path">The endpoint's, below the issuer: never what the request says of itself.</param>
    /// <param name="accessToken">The access token beside the proof; null where one is only asked for.</param>
    public Decision<DPoPProof> Read(HttpContext http, string path, string? accessToken = null)
    {
        OfferNonce(http);
        var expectations = new DPoPExpectations { Method = http.Request.Method, TargetUri = settings.Issuer + path, AccessToken = accessToken };
        var decision = ProofRules.Decide(http.Request.Headers[Header], expectations, _nonceKey, clock.GetUtcNow());

        // A client with a certificate may have called the endpoint by its other address (RFC 8705 §5).
        return settings.ClientCertificates.Endpoint is { } alias && !decision.Try(out _, out var reason) && reason == Refusal.DPoPProofForAnotherRequest
            ? ProofRules.Decide(http.Request.Headers[Header], expectations with { TargetUri = alias + path }, _nonceKey, clock.GetUtcNow())
            : decision;
    }

    /// <summary>Tells the nonce for the next proof (RFC 9449 §8.2), to browser code too.</summary>
    public void OfferNonce(HttpContext http) => http.Response.Headers[NonceHeader] = DPoPNonce.Of(_nonceKey, clock.GetUtcNow());

    /// <summary>True for the first time that a proof is used, on whatever node (RFC 9449 §11.1).</summary>
    public Task<bool> SpendAsync(DPoPProof proof, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(proof);
        return spent.SpendAsync(Purpose, proof.Thumbprint, proof.Jti, proof.ExpiresAt, clock.GetUtcNow(), cancellation);
    }
}
