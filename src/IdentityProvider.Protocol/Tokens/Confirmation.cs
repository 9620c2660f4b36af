using System.Text.Json;

namespace IdentityProvider.Protocol.Tokens;

/// <summary>
/// The key that whoever shows a code or a token must prove to hold (RFC 7800 §3.1): by a proof (RFC 9449) or by the certificate of the
/// connection (RFC 8705). One of the two.
/// </summary>
public sealed record Confirmation
{
    /// <summary><c>jkt</c>: the RFC 7638 thumbprint of the key that signs DPoP proofs (RFC 9449 §6.1).</summary>
    public string? JwkThumbprint { get; init; }

    /// <summary><c>x5t#S256</c>: the certificate's SHA-256 in base64url (RFC 8705 §3.1).</summary>
    public string? CertificateThumbprint { get; init; }

    /// <summary>The <c>token_type</c> of a token that is bound so, or not at all: only a proof asks for a type of its own (RFC 9449 §5, RFC 8705 §3).</summary>
    public static string TokenTypeOf(Confirmation? confirmation) => confirmation?.JwkThumbprint is null ? "Bearer" : "DPoP";

    /// <summary>Writes <c>cnf</c> (RFC 7800 §3.1): name and value.</summary>
    internal void WriteTo(Utf8JsonWriter claims)
    {
        claims.WriteStartObject("cnf");
        if (JwkThumbprint is not null)
            claims.WriteString("jkt", JwkThumbprint);
        if (CertificateThumbprint is not null)
            claims.WriteString("x5t#S256", CertificateThumbprint);
        claims.WriteEndObject();
    }

    /// <summary>The <c>cnf</c> of a token of ours; null where it has none.</summary>
    internal static Confirmation? ReadOrNull(JsonElement claims) => claims.TryGetProperty("cnf", out var cnf)
        ? new Confirmation
        {
            JwkThumbprint = cnf.TryGetProperty("jkt", out var jkt) ? jkt.GetString() : null,
            CertificateThumbprint = cnf.TryGetProperty("x5t#S256", out var x5t) ? x5t.GetString() : null,
        }
        : null;
}
