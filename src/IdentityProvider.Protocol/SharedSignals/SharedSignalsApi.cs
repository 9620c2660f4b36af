using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Protocol.SharedSignals;

/// <summary>
/// The API by which receivers manage their streams of security events (Shared Signals Framework 1.0 §8), as a resource of its own (RFC 8707): built
/// in, like the Admin API.
/// </summary>
public static class SharedSignalsApi
{
    /// <summary>Below the issuer.</summary>
    public const string Path = "/ssf";

    public const string Streams = Path + "/streams";
    public const string Status = Path + "/status";
    public const string AddSubject = Path + "/subjects/add";
    public const string RemoveSubject = Path + "/subjects/remove";
    public const string Verification = Path + "/verification";

    /// <summary>Of a poll address all but the stream.</summary>
    public const string Poll = Path + "/poll/";

    /// <summary>To see streams (CAEP Interoperability Profile 1.0).</summary>
    public const string Read = "ssf.read";

    /// <summary>To do anything with them.</summary>
    public const string Manage = "ssf.manage";

    private static readonly ResourceScope[] Scopes =
    [
        new(Read, "See which security events are sent"),
        new(Manage, "Choose which security events are sent, and receive them"),
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
    public static Resource Of(string issuer) => new() { Identifier = IdentifierOf(issuer), Name = "Security events", Scopes = Scopes, Revocation = RevocationStyle.StatusList };

    /// <summary>Where the events of a stream are fetched (RFC 8936 §2).</summary>
    public static string PollAddressOf(string issuer, Guid streamId) => $"{issuer}{Poll}{streamId:N}";

    /// <summary>Whether a client may have streams: an operator registered it, and named this API.</summary>
    public static bool MayHave(Client client, string issuer)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.RegisteredBy is null && client.Resources.Contains(IdentifierOf(issuer), StringComparer.Ordinal);
    }
}
