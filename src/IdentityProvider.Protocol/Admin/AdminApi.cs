using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Protocol.Admin;

/// <summary>
/// The one API that this server has for its operators, as a resource of its own (RFC 8707): built in, so that nobody can change or delete it, and no
/// other API can have its name.
/// </summary>
public static class AdminApi
{
    /// <summary>Below the issuer.</summary>
    public const string Path = "/api/admin/v1";

    public const string ReadAll = "idp.read";
    public const string WriteAll = "idp.write";

    private static readonly ResourceScope[] Scopes =
    [
        new(ReadAll, "See everything about this sign-in service"),
        new(WriteAll, "Change everything about this sign-in service"),
        .. Enum.GetValues<AdminArea>().Select(area => new ResourceScope(
            ScopeOf(area, writes: false), area == AdminArea.Search ? "Search in what may be seen of this sign-in service" : $"See {Word(area)} of this sign-in service")),
        .. Enum.GetValues<AdminArea>().Where(IsWritten).Select(area => new ResourceScope(ScopeOf(area, writes: true), $"Change {Word(area)} of this sign-in service")),
    ];

    /// <summary>The audience of its tokens.</summary>
    public static string IdentifierOf(string issuer) => issuer + Path;

    /// <summary>Whether the identifier is its, or so near that people would take it for its.</summary>
    public static bool IsIdentifier(string identifier, string issuer)
    {
        ArgumentNullException.ThrowIfNull(identifier);
        return identifier.TrimEnd('/').Equals(IdentifierOf(issuer), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The resource.</summary>
    public static Resource Of(string issuer) => new() { Identifier = IdentifierOf(issuer), Name = "Administration", Scopes = Scopes, Revocation = RevocationStyle.StatusList };

    /// <summary>The name of an area in paths and scopes.</summary>
    public static string Word(AdminArea area) => area.ToString().ToLowerInvariant();

    /// <summary>The scope for one area.</summary>
    public static string ScopeOf(AdminArea area, bool writes) => $"{(writes ? WriteAll : ReadAll)}:{Word(area)}";

    /// <summary>Whether anything can be written there: what happened, what is set, the scopes of APIs and what a search finds are looked at.</summary>
    public static bool IsWritten(AdminArea area) => area is not (AdminArea.Audit or AdminArea.Settings or AdminArea.Scopes or AdminArea.Search);
}
