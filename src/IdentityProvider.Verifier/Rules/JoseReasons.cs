using IdentityProvider.Jose;

namespace IdentityProvider.Verifier.Rules;

/// <summary>What a refusal of Jose means for an access token.</summary>
internal static class JoseReasons
{
    public static VerifierRefusal Of(JoseRefusal reason) => reason switch
    {
        JoseRefusal.AlgorithmNone or JoseRefusal.AlgorithmSymmetric or JoseRefusal.AlgorithmNotAllowed => VerifierRefusal.AlgorithmNotAllowed,
        JoseRefusal.CriticalHeader or JoseRefusal.EmbeddedKey or JoseRefusal.NestedToken => VerifierRefusal.HeaderNotAllowed,
        JoseRefusal.TypUnexpected => VerifierRefusal.TypUnexpected,
        JoseRefusal.KeyUnknown or JoseRefusal.KeyAmbiguous => VerifierRefusal.KeyUnknown,
        JoseRefusal.SignatureInvalid => VerifierRefusal.SignatureInvalid,
        JoseRefusal.IssuerUnexpected => VerifierRefusal.IssuerUnexpected,
        JoseRefusal.AudienceUnexpected => VerifierRefusal.AudienceUnexpected,
        JoseRefusal.Expired => VerifierRefusal.Expired,
        JoseRefusal.NotYetValid or JoseRefusal.IssuedInTheFuture => VerifierRefusal.NotYetValid,
        JoseRefusal.ClaimMissing => VerifierRefusal.ClaimMissing,
        _ => VerifierRefusal.TokenMalformed,
    };
}
