using System.Collections.Frozen;

namespace IdentityProvider.Protocol.SharedSignals;

/// <summary>The types of events, as URIs, and as sets in one number.</summary>
public static class SignalKinds
{
    private const string Caep = "https://schemas.openid.net/secevent/caep/event-type/";
    private const string Risc = "https://schemas.openid.net/secevent/risc/event-type/";
    private const string Ssf = "https://schemas.openid.net/secevent/ssf/event-type/";

    private static readonly FrozenDictionary<SignalKind, string> Uris = new Dictionary<SignalKind, string>
    {
        [SignalKind.SessionRevoked] = Caep + "session-revoked",
        [SignalKind.TokenClaimsChange] = Caep + "token-claims-change",
        [SignalKind.CredentialChange] = Caep + "credential-change",
        [SignalKind.AccountDisabled] = Risc + "account-disabled",
        [SignalKind.AccountEnabled] = Risc + "account-enabled",
        [SignalKind.AccountPurged] = Risc + "account-purged",
        [SignalKind.Verification] = Ssf + "verification",
        [SignalKind.StreamUpdated] = Ssf + "stream-updated",
    }.ToFrozenDictionary();

    /// <summary>Those that a receiver may ask for (<c>events_supported</c>), in order.</summary>
    public static IReadOnlyList<SignalKind> Supported { get; } = [.. Enum.GetValues<SignalKind>().Where(kind => kind < SignalKind.Verification)];

    /// <summary>The event's type, as a SET has it.</summary>
    public static string UriOf(SignalKind kind) => Uris[kind];

    /// <summary>Of those asked for the ones that there are; the rest is left alone (SSF 1.0 §8.1.1).</summary>
    public static IReadOnlyList<SignalKind> Among(IEnumerable<string> asked)
    {
        var wanted = asked.ToHashSet(StringComparer.Ordinal);
        return [.. Supported.Where(kind => wanted.Contains(UriOf(kind)))];
    }

    /// <summary>One bit of a set.</summary>
    public static int BitOf(SignalKind kind) => 1 << (int)kind;

    /// <summary>A set as a number.</summary>
    public static int Pack(IEnumerable<SignalKind> kinds) => kinds.Aggregate(0, (bits, kind) => bits | BitOf(kind));

    /// <summary>The set again.</summary>
    public static IReadOnlyList<SignalKind> Unpack(int bits) => [.. Supported.Where(kind => (bits & BitOf(kind)) != 0)];
}
