using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.SharedSignals;

namespace IdentityProvider.Protocol.Resources;

/// <summary>The APIs that this server has itself: nobody can change or delete them, no other can have their names, and no client registers itself for them.</summary>
public static class BuiltInResources
{
    public static IReadOnlyList<Resource> Of(string issuer) => [AdminApi.Of(issuer), SharedSignalsApi.Of(issuer)];

    /// <summary>Whether the identifier is one of theirs, or so near that people would take it for one.</summary>
    public static bool IsIdentifier(string identifier, string issuer) => AdminApi.IsIdentifier(identifier, issuer) || SharedSignalsApi.IsIdentifier(identifier, issuer);
}
