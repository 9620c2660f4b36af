using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.DPoP;
using IdentityProvider.Protocol.Tokens;
using Actor = IdentityProvider.Server.Admin.Actor;

namespace IdentityProvider.Server.Http;

/// <summary>Who made a request, and what it proves to hold: a key (RFC 9449) or a certificate (RFC 8705).</summary>
public sealed class Senders(DPoPProofs proofs, ClientCertificates certificates, Registry registry)
{
    /// <summary>
    /// The client and its proof, where it has one. The proof is looked at first: a client that is only to be told a nonce should not lose an
    /// assertion that can be used once.
    /// </summary>
    /// <param name="http">The request.</param>
    /// <param name="path">The endpoint's, below the issuer.</param>
    /// <param name="form">The request's form.</param>
    public async ValueTask<Decision<Sender>> ReadAsync(HttpContext http, string path, Parameters form)
    {
        Refusal reason;
        DPoPProof? proof = null;
        if (DPoPProofs.AreSent(http) && !proofs.Read(http, path).Try(out proof, out reason))
        {
            await LetItsOriginsReadAsync(http, form);
            return reason;
        }

        if (!(await ClientAuthentication.ReadAsync(http, form)).Try(out var client, out reason))
            return reason;
        return SenderRules.RefuseProof(client, proof) is { } foreign ? foreign : new Sender(client, proof, proofs, http);
    }

    /// <summary>The same where tokens are asked for: what they are bound to is settled (<see cref="SenderRules"/>).</summary>
    public async ValueTask<Decision<Sender>> ReadBoundAsync(HttpContext http, string path, Parameters form)
    {
        if (!(await ReadAsync(http, path, form)).Try(out var sender, out var reason))
            return reason;
        var thumbprint = sender.Client.Client.TlsClientCertificateBoundAccessTokens ? certificates.ThumbprintOf(http) : null;
        if (SenderRules.Bind(sender.Client, sender.Proof, thumbprint).Try(out var bound, out reason))
            return new Sender(bound, sender.Proof, proofs, http);
        if (reason == Refusal.DPoPProofMissing)
            proofs.OfferNonce(http);
        CrossOrigin.Allow(http, sender.Client.Client);
        return reason;
    }

    /// <summary>Whether who shows an access token is whom it was issued to (RFC 9449 §7, RFC 8705 §3); with the proof, to be spent.</summary>
    public Refusal? RefuseToken(HttpContext http, string path, SentToken sent, VerifiedAccessToken token, out DPoPProof? proof)
    {
        ArgumentNullException.ThrowIfNull(sent);
        ArgumentNullException.ThrowIfNull(token);
        proof = null;
        if (sent.IsDPoP && !proofs.Read(http, path, sent.Text).Try(out proof, out var reason))
            return reason;
        return TokenBindingRules.Refuse(token, sent, proof, token.Confirmation?.CertificateThumbprint is null ? null : certificates.ThumbprintOf(http));
    }

    /// <summary>True where there is no proof, or this is its first use.</summary>
    public async ValueTask<bool> SpendAsync(DPoPProof? proof, CancellationToken cancellation) => proof is null || await proofs.SpendAsync(proof, cancellation);

    // Browser code must read the nonce. It is a public client's, which the form names.
    private async ValueTask LetItsOriginsReadAsync(HttpContext http, Parameters form)
    {
        if (form["client_id"] is { } clientId && await registry.FindClientAsync(clientId, http.RequestAborted) is { } client)
            CrossOrigin.Allow(http, client);
    }
}

/// <summary>A client, and the proof of its request, to be spent when all else is decided and before anything is committed.</summary>
public sealed class Sender(AuthenticatedClient client, DPoPProof? proof, DPoPProofs proofs, HttpContext http)
{
    private bool _spent;

    public AuthenticatedClient Client => client;

    /// <summary>The same, from where they ask.</summary>
    public Actor Actor => Actor.Client(client.ClientId).By(http);

    /// <summary>A proof that is good; null where the request has none.</summary>
    public DPoPProof? Proof => proof;

    /// <summary>Whether this request may go on: it has no proof, or is the first to use it. A request that decides again has spent its own.</summary>
    public async ValueTask<bool> SpendProofAsync(CancellationToken cancellation) =>
        proof is null || _spent || (_spent = await proofs.SpendAsync(proof, cancellation));
}
