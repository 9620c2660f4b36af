using System.Text;
using System.Text.Json;

namespace IdentityProvider.Protocol.Import;

/// <summary>Keys of authenticator apps as other servers keep them. Only one of which this server computes the same codes (RFC 6238 with SHA-1, six digits, 30 seconds).</summary>
internal static class AuthenticatorKey
{
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    // RFC 4226 §4, R6 asks for 128 bits; a short key is somebody's mistake, a long one no key.
    private const int Shortest = 10;
    private const int Longest = 128;

    /// <summary>Of a credential of Keycloak: its key is the bytes of a text, or of a text in base32.</summary>
    public static byte[]? OfKeycloak(string? secretData, string? credentialData)
    {
        try
        {
            var (secret, kind) = (JsonElement.Parse(secretData ?? ""), JsonElement.Parse(credentialData ?? ""));
            if (!Is(kind, "subType", "totp") || !Is(kind, "algorithm", "HmacSHA1") || kind.GetProperty("digits").GetInt32() != 6 || kind.GetProperty("period").GetInt32() != 30)
                return null;
            var text = secret.GetProperty("value").GetString() ?? "";
            return Within(kind.TryGetProperty("secretEncoding", out var encoding) && encoding.GetString() == "BASE32" ? OfBase32(text) : Encoding.UTF8.GetBytes(text));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }

        static bool Is(JsonElement kind, string member, string value) => kind.GetProperty(member).GetString() == value;
    }

    /// <summary>Of ASP.NET Core Identity, which keeps it in base32.</summary>
    public static byte[]? OfIdentity(string? value) => Within(OfBase32(value ?? ""));

    private static byte[]? Within(byte[]? key) => key?.Length is >= Shortest and <= Longest ? key : null;

    // RFC 4648 §6, with padding or without.
    private static byte[]? OfBase32(string text)
    {
        var key = new List<byte>();
        var (bits, held) = (0, 0);
        foreach (var c in text.Trim().TrimEnd('=').ToUpperInvariant())
        {
            var value = Base32.IndexOf(c, StringComparison.Ordinal);
            if (value < 0)
                return null;
            (bits, held) = ((bits << 5) | value, held + 5);
            if (held < 8)
                continue;
            held -= 8;
            key.Add((byte)(bits >> held));
            bits &= (1 << held) - 1;
        }

        return [.. key];
    }
}
