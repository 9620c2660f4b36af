using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Protocol.Token;

namespace IdentityProvider.Protocol.Tokens;

/// <summary>
/// Access tokens of an API that asks about each (RFC 7662): opaque to everyone, computed and never stored. Its text is base64url of
/// <c>kind 2 ‖ sealed claims</c>, the claims being those of the JWT (<see cref="AccessToken"/>). It has no dots, as a JWT has, and another
/// first byte than a refresh token.
/// </summary>
public static class OpaqueAccessToken
{
    private const byte Kind = 2;

    /// <summary>Characters; no longer one is looked at.</summary>
    public const int MaxLength = Jws.MaxLength;

    // As in a JWT: never HTML, and small.
    private static readonly JsonWriterOptions Small = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static ReadOnlySpan<byte> Purpose => "opaque access token, kind 2"u8;

    /// <summary>Whether a text is to be read as one: a JWT alone has dots. Says nothing of whether it is any good.</summary>
    public static bool MayBe(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return !text.Contains('.', StringComparison.Ordinal);
    }

    /// <summary>Seals one.</summary>
    /// <param name="plan">What a grant's rules allowed.</param>
    /// <param name="issuer">Our identifier.</param>
    /// <param name="jti">Made by <see cref="TokenIdentifier"/>.</param>
    /// <param name="key">The key that the master key gives for this purpose.</param>
    /// <param name="salt"><see cref="SealedData.SaltLength"/> random bytes, never used before.</param>
    public static string Seal(AccessTokenPlan plan, string issuer, string jti, ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var claims = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(claims, Small))
        {
            json.WriteStartObject();
            AccessToken.WriteClaims(json, plan, issuer, jti);
            json.WriteEndObject();
        }

        byte[] token = [Kind, .. SealedData.Seal(key, claims.WrittenSpan, Purpose, salt)];
        claims.Clear(); // zeroes what was written
        return CanonicalBase64Url.Encode(token);
    }

    /// <summary>The claims of a token that this server sealed. Never throws on what the text says.</summary>
    internal static bool TryOpen(string text, ReadOnlySpan<byte> key, out JsonElement claims, out Refusal reason)
    {
        ArgumentNullException.ThrowIfNull(text);
        claims = default;

        // 1. The one spelling of a bounded length and the right kind.
        reason = Refusal.BearerTokenMalformed;
        if (text.Length > MaxLength || CanonicalBase64Url.DecodeOrNull(text) is not { Length: > 1 + SealedData.Overhead } bytes || bytes[0] != Kind)
            return false;

        // 2. Sealed under our key, for this purpose: no byte of it is another's.
        reason = Refusal.BearerTokenInvalid;
        try
        {
            claims = JsonElement.Parse(SealedData.Open(key, bytes.AsSpan(1), Purpose));
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
