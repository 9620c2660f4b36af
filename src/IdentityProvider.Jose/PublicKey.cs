using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace IdentityProvider.Jose;

/// <summary>The mathematical part of a verification key: what <c>kty</c> decides (RFC 7518 §6).</summary>
internal abstract class PublicKey
{
    public abstract string KeyType { get; }

    /// <summary>False for every signature that does not verify, whatever its length or form.</summary>
    public abstract bool Verify(SignatureAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);

    /// <summary>Frees what the crypto library holds for it; it verifies no more.</summary>
    public abstract void Close();

    /// <summary>Writes the required members, in the lexicographic order that RFC 7638 §3.2 needs.</summary>
    public abstract void WriteRequiredMembers(Utf8JsonWriter writer);

    /// <summary>RFC 7638 §3: SHA-256 over the required members alone, in order, without white space.</summary>
    public string Thumbprint()
    {
        var json = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            WriteRequiredMembers(writer);
            writer.WriteEndObject();
        }
        return CanonicalBase64Url.Encode(SHA256.HashData(json.WrittenSpan));
    }

    /// <summary>Reads a required base64url member; null when it is absent or not canonical.</summary>
    protected static byte[]? Bytes(JsonElement jwk, string name) =>
        StrictJson.TryGetString(jwk, name, out var text) && text is { Length: > 0 } ? CanonicalBase64Url.DecodeOrNull(text) : null;
}
