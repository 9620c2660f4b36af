using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace IdentityProvider.Jose;

/// <summary>What a signature vouches for.</summary>
public sealed class VerifiedJws
{
    internal VerifiedJws(JwsHeader header, ReadOnlyMemory<byte> payload)
    {
        Header = header;
        Payload = payload;
    }

    /// <summary>The protected header.</summary>
    public JwsHeader Header { get; }

    /// <summary>The payload's bytes.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>
    /// The payload as one strict JSON object (RFC 7519 §7.2 step 10); null when it is something else. For JWTs whose kind has no audience
    /// or no expiry, such as a status list: whoever reads it checks its claims.
    /// </summary>
    public JsonElement? ClaimsOrNull() => StrictJson.ParseObject(Payload.Span, "the payload", out var claims) is null ? claims : null;
}

/// <summary>JSON Web Signature in its compact form, the only one we read or write (RFC 7515 §3.1, §7.1).</summary>
public static class Jws
{
    /// <summary>A token longer than this, in characters, is refused unless the caller says otherwise.</summary>
    public const int MaxLength = 16 * 1024;

    private const int MaxSignatureLength = RsaPublicKey.MaxBits / 8;

    /// <summary>Signs a payload (RFC 7515 §5.1). The header is alg, typ and kid; the one allocation is the string.</summary>
    public static string Sign(SigningKey key, string typ, ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(key);
        var header = key.EncodedHeader(typ);
        var inputLength = header.Length + Base64Url.GetEncodedLength(payload.Length);
        var length = inputLength + 1 + Base64Url.GetEncodedLength(key.SignatureLength);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            header.CopyTo(buffer);
            Base64Url.EncodeToUtf8(payload, buffer.AsSpan(header.Length));
            Span<byte> signature = stackalloc byte[MaxSignatureLength];
            signature = signature[..key.Sign(buffer.AsSpan(0, inputLength), signature)];
            buffer[inputLength] = (byte)'.';
            Base64Url.EncodeToUtf8(signature, buffer.AsSpan(inputLength + 1));
            return Encoding.ASCII.GetString(buffer, 0, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Verifies a token with the one key of the set that its header selects and that allows its algorithm (RFC 7515 §5.2). Never throws
    /// on what the token says. <paramref name="maxLength"/> is in characters.
    /// </summary>
    public static JoseResult<VerifiedJws> Verify(string token, JsonWebKeySet keys, ExpectedTyp typ, int maxLength = MaxLength)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(typ);

        // 1.–3. Three parts in base64url.
        var refused = Split(token, maxLength, out var parts);
        if (refused is not null) return refused;

        // 4. A header that says nothing it may not (RFC 7515 §5.2 steps 2–5).
        if (!JwsHeader.Parse(parts.Header).Accepted(out var header, out refused)) return refused;

        // 5. The kind of token that the caller asked for (RFC 8725 §3.11).
        if (!typ.Matches(header.Typ)) return new JoseRefused(JoseRefusal.TypUnexpected, $"expected {typ}");

        // 6. The caller's key, and only by an algorithm that the key allows (RFC 8725 §3.1).
        if (!keys.Select(header.Kid, header.Algorithm).Accepted(out var key, out refused)) return refused;

        // 7. The signature, over the very characters that came (RFC 7515 §5.2 step 8).
        if (!VerifySignature(key, header.Algorithm, token.AsSpan(0, parts.SigningInput), parts.Signature))
            return new JoseRefused(JoseRefusal.SignatureInvalid, $"kid {key.Thumbprint()}");
        return new VerifiedJws(header, parts.Payload);
    }

    /// <summary>
    /// Verifies a token with the public key in its own header, which then says only that the sender has that key (RFC 9449 §4.3). The
    /// thumbprint is the key's; null where the token is refused.
    /// </summary>
    internal static JoseResult<VerifiedJws> VerifyByOwnKey(
        string token, ExpectedTyp typ, IReadOnlyList<SignatureAlgorithm> algorithms, int maxLength, out string? thumbprint)
    {
        thumbprint = null;

        // 1.–3. Three parts in base64url.
        var refused = Split(token, maxLength, out var parts);
        if (refused is not null) return refused;

        // 4. A header with a key and nothing that it may not say (RFC 9449 §4.2).
        if (!JwsHeader.ParseWithKey(parts.Header, out var jwk).Accepted(out var header, out refused)) return refused;
        if (!typ.Matches(header.Typ)) return new JoseRefused(JoseRefusal.TypUnexpected, $"expected {typ}");
        if (!algorithms.Contains(header.Algorithm)) return new JoseRefused(JoseRefusal.AlgorithmNotAllowed, "the header's alg is not one of the caller's");

        // 5. A public key and nothing private (RFC 9449 §4.3), for this algorithm (RFC 8725 §3.1).
        if (!JsonWebKey.ParseObject(jwk).Accepted(out var key, out refused)) return refused;
        try
        {
            if (!key.Allows(header.Algorithm)) return new JoseRefused(JoseRefusal.AlgorithmNotAllowed, $"the key does not allow {header.Algorithm.Name}");

            // 6. The signature (RFC 7515 §5.2 step 8).
            if (!VerifySignature(key, header.Algorithm, token.AsSpan(0, parts.SigningInput), parts.Signature))
                return new JoseRefused(JoseRefusal.SignatureInvalid, "by the token's own key");
            thumbprint = key.Thumbprint();
            return new VerifiedJws(header, parts.Payload);
        }
        finally
        {
            key.Close(); // it serves this once
        }
    }

    private static JoseRefused? Split(string token, int maxLength, out Parts parts)
    {
        parts = default;

        // 1. A bounded size.
        if (token.Length > maxLength) return new JoseRefused(JoseRefusal.TooLarge, $"a token of {token.Length} characters");

        // 2. Three parts; header and payload are not empty (RFC 7515 §7.1, no detached content of appendix F).
        var dot = token.IndexOf('.', StringComparison.Ordinal);
        var last = token.LastIndexOf('.');
        if (dot <= 0 || last <= dot + 1 || token.AsSpan(dot + 1, last - dot - 1).Contains('.'))
            return new JoseRefused(JoseRefusal.NotCompact, "not three parts");

        // 3. Each in the one spelling of base64url (RFC 7515 §2).
        if (CanonicalBase64Url.DecodeOrNull(token.AsSpan(0, dot)) is not { } header) return NotCanonical("the header");
        if (CanonicalBase64Url.DecodeOrNull(token.AsSpan(dot + 1, last - dot - 1)) is not { } payload) return NotCanonical("the payload");
        if (CanonicalBase64Url.DecodeOrNull(token.AsSpan(last + 1)) is not { } signature) return NotCanonical("the signature");
        parts = new Parts(header, payload, signature, last);
        return null;
    }

    private static bool VerifySignature(JsonWebKey key, SignatureAlgorithm algorithm, ReadOnlySpan<char> signingInput, ReadOnlySpan<byte> signature)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(signingInput.Length);
        try
        {
            var length = Encoding.ASCII.GetBytes(signingInput, buffer);
            return key.Verify(algorithm, buffer.AsSpan(0, length), signature);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The three parts; the first of them up to the second's end are what is signed.</summary>
    private readonly record struct Parts(byte[] Header, byte[] Payload, byte[] Signature, int SigningInput);

    private static JoseRefused NotCanonical(string part) => new(JoseRefusal.Base64UrlNotCanonical, $"{part} is not canonical base64url");
}
