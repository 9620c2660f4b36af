using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Protocol.DPoP;

/// <summary>What the tokens of a request are bound to: the key of its proof (RFC 9449 §5), or its certificate (RFC 8705 §3), or nothing.</summary>
public static class SenderRules
{
    /// <summary>Why a proof that is good is none of this client's: its profile allows fewer algorithms (FAPI 2.0 Security Profile §5.4.1).</summary>
    public static Refusal? RefuseProof(AuthenticatedClient client, DPoPProof? proof)
    {
        ArgumentNullException.ThrowIfNull(client);
        return proof is not null && !client.Client.Accepts(proof.Algorithm) ? Refusal.DPoPProofInvalid : null;
    }

    /// <summary>Decides.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="proof">The request's proof, which is good; null where it has none.</param>
    /// <param name="certificateThumbprint"><c>x5t#S256</c> of the connection's certificate; null where it has none.</param>
    public static Decision<AuthenticatedClient> Bind(AuthenticatedClient client, DPoPProof? proof, string? certificateThumbprint)
    {
        ArgumentNullException.ThrowIfNull(client);

        // 1. A client that is registered for bound tokens gets no others (RFC 9449 §5.2, RFC 8705 §3.4).
        if (client.Client.DpopBoundAccessTokens && proof is null)
            return Refusal.DPoPProofMissing;
        if (!client.Client.TlsClientCertificateBoundAccessTokens)
            return proof is null ? client : client.BoundTo(new Confirmation { JwkThumbprint = proof.Thumbprint });

        // 2. To one thing alone: a proof beside the certificate says that the client expects another kind of token.
        if (proof is not null)
            return Refusal.DPoPProofUnexpected;
        return certificateThumbprint is null ? Refusal.SenderCertificateMissing : client.BoundTo(new Confirmation { CertificateThumbprint = certificateThumbprint });
    }
}
