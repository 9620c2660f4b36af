using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.Audit;

/// <summary>What seals the ends of the audit's chain: derived from the master key, which whoever has the database alone doesn't have.</summary>
public sealed class AuditKey(MasterKey masterKey)
{
    public byte[] Bytes { get; } = masterKey.Derive("audit-head", 32);
}
