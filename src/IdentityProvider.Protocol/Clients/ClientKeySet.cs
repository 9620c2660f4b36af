using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Clients;

/// <summary>
/// A client's JWK Set (RFC 7591 §2, <c>jwks</c> or what lies at <c>jwks_uri</c>): the keys that verify what it signs, and the certificates that
/// it uses in TLS (RFC 8705 §2.2.2). Keys that are for something else, or of a kind that nobody here knows, are no fault (RFC 7517 §5). Immutable.
/// </summary>
public sealed class ClientKeySet
{
    /// <summary>A set longer than this, in bytes of JSON, is refused.</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>Members that only a private or a symmetric key has (RFC 7518 §6.2.2, §6.3.2, §6.4.1; RFC 8037 §2).</summary>
    private static readonly string[] SecretMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

    private readonly List<byte[]> _certificateHashes = [];

    private ClientKeySet(JsonWebKeySet verification, JsonElement document)
    {
        Verification = verification;
        Document = document;
        EncryptionKeys = [.. KeysOf(document).Select(key => EncryptionKey.Parse(key).ValueOrNull).OfType<EncryptionKey>()];
        foreach (var key in KeysOf(document))
        {
            if (key.TryGetProperty("x5c", out var chain) && chain.ValueKind is JsonValueKind.Array && chain.GetArrayLength() > 0
                && chain[0].ValueKind is JsonValueKind.String && chain[0].TryGetBytesFromBase64(out var certificate))
                _certificateHashes.Add(SHA256.HashData(certificate));
        }
    }

    /// <summary>The set of a client that registered none.</summary>
    public static ClientKeySet Empty { get; } = new(new([]), JsonElement.Parse("""{"keys":[]}"""u8));

    /// <summary>The keys that verify signatures.</summary>
    public JsonWebKeySet Verification { get; }

    /// <summary>The keys that others may encrypt with for the client.</summary>
    public IReadOnlyList<EncryptionKey> EncryptionKeys { get; }

    /// <summary>The whole set as it was written, for who looks for keys of another use.</summary>
    public JsonElement Document { get; }

    /// <summary>Whether a key of it says that it has been given away: its private half, or a secret, stands there.</summary>
    public bool HoldsSecrets => KeysOf(Document).Any(key =>
        SecretMembers.Any(name => key.TryGetProperty(name, out _)) || (key.TryGetProperty("kty", out var type) && type.ValueKind is JsonValueKind.String && type.ValueEquals("oct")));

    /// <summary>Whether two verification keys answer to one <c>kid</c> and algorithm, so that neither could be chosen (RFC 7517 §4.5).</summary>
    public bool IsAmbiguous => Verification.Keys.SelectMany(key => key.Algorithms.Select(a => (key.Kid, a.Name))).GroupBy(named => named).Any(same => same.Count() > 1);

    /// <summary>Whether it brings any certificate (RFC 7517 §4.7).</summary>
    public bool HasCertificates => _certificateHashes.Count > 0;

    /// <summary>Whether a verification key has this <c>kid</c>; for null, whether there is any verification key.</summary>
    public bool Has(string? kid) => kid is null ? Verification.Keys.Count > 0 : Verification.Keys.Any(key => key.Kid == kid);

    /// <summary>Whether this very certificate, by the SHA-256 of its DER, is the first in the <c>x5c</c> of a key.</summary>
    public bool HasCertificate(ReadOnlySpan<byte> sha256)
    {
        foreach (var hash in _certificateHashes)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, sha256))
                return true;
        }

        return false;
    }

    /// <summary>Reads a set from UTF-8 JSON; null with the reason for what is no JWK Set. Never throws on what the bytes say.</summary>
    public static ClientKeySet? Parse(ReadOnlySpan<byte> utf8, out string? reason)
    {
        reason = null;
        if (utf8.Length > MaxLength)
            reason = $"it is longer than {MaxLength} bytes";
        else if (JsonWebKeySet.Parse(utf8).Accepted(out var set, out var refused))
            return new(set, JsonElement.Parse(utf8));
        else
            reason = refused.Detail;
        return null;
    }

    /// <summary>As above, out of a document that someone else parsed.</summary>
    public static ClientKeySet? Parse(JsonElement jwks, out string? reason) => Parse(JsonMarshal.GetRawUtf8Value(jwks), out reason);

    private static IEnumerable<JsonElement> KeysOf(JsonElement document) =>
        document.GetProperty("keys").EnumerateArray().Where(key => key.ValueKind is JsonValueKind.Object);
}
