using IdentityProvider.Jose;
using IdentityProvider.Protocol.Diagnosis;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Diagnosis;

/// <summary>The signing keys in the database, and whether this machine's master key opens them.</summary>
internal sealed class KeysCheck(SigningKeys rows, KeyRing ring, KeySchedule schedule, TimeProvider clock)
{
    /// <summary>Adds what it finds. The identifiers of the keys that the JWKS should have.</summary>
    public async Task<IReadOnlyList<string>> ExamineAsync(List<Finding> findings, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var lives = (await rows.ListAsync(cancellation)).Select(SealedKey.Lifetime).ToList();
        var rings = SignatureAlgorithm.All.Select(algorithm => Ring.Of(algorithm, lives)).Where(its => its.Algorithm == SignatureAlgorithm.RS256 || its.Keys.Count > 0).ToList();
        findings.AddRange(rings.Select(its => DiagnosisRules.Keys(its, schedule, now)));
        try
        {
            await ring.ReloadAsync(cancellation);
            findings.Add(Finding.Fine("master key", "It opens every signing key."));
        }
        catch (KeyException e)
        {
            findings.Add(Finding.Problem("master key", e.Message.ReplaceLineEndings(" "), "Put the master key of this database where Idp:Keys:MasterKeyFile says (keys/README.md)."));
        }

        return [.. rings.SelectMany(its => its.Published(now)).Select(key => key.Kid)];
    }
}
