using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Accounts;

/// <summary>What a link in a mail is for. One of another purpose is unknown.</summary>
public enum AccountLinkPurpose
{
    /// <summary>To choose a new password without the old one.</summary>
    PasswordReset,

    /// <summary>To make the account that somebody asked for.</summary>
    SignUp,

    /// <summary>To make the account that an operator offers.</summary>
    Invitation,

    /// <summary>To show that an address is the person's.</summary>
    EmailChange,
}

/// <summary>
/// A link in a mail: opaque to everyone, computed and never stored. Its text is base64url of
/// <c>version (1 byte) ‖ link id (16) ‖ HMAC-SHA-256 of these and the purpose (32)</c>.
/// </summary>
/// <param name="LinkId">The row that says what it does.</param>
/// <param name="Purpose">What for.</param>
public sealed record AccountLink(Guid LinkId, AccountLinkPurpose Purpose)
{
    private const byte Version = 1;
    private const int SignedLength = 1 + 16;
    private const int Length = SignedLength + HMACSHA256.HashSizeInBytes;

    /// <summary>Characters of the text.</summary>
    public const int TextLength = ((Length * 4) + 2) / 3;

    /// <summary>Reads what a browser brings. Never throws on what the text says.</summary>
    /// <param name="text">The link's token.</param>
    /// <param name="purpose">Which kind of link the page takes.</param>
    /// <param name="key">The key that the master key gives for links.</param>
    public static Decision<AccountLink> Parse(string? text, AccountLinkPurpose purpose, ReadOnlySpan<byte> key)
    {
        // 1. The one spelling of the right length and version.
        if (text?.Length != TextLength || CanonicalBase64Url.DecodeOrNull(text) is not { } bytes || bytes[0] != Version)
            return Refusal.AccountLinkUnknown;

        // 2. Our own HMAC of this purpose, compared in constant time.
        var link = new AccountLink(new Guid(bytes.AsSpan(1, 16), bigEndian: true), purpose);
        return CryptographicOperations.FixedTimeEquals(link.Mac(key), bytes.AsSpan(SignedLength)) ? link : Refusal.AccountLinkUnknown;
    }

    /// <summary>The text: the same for the same link, purpose and key, whoever computes it and whenever.</summary>
    public string Compute(ReadOnlySpan<byte> key)
    {
        Span<byte> bytes = stackalloc byte[Length];
        WriteSigned(bytes);
        Mac(key).CopyTo(bytes[SignedLength..]);
        return CanonicalBase64Url.Encode(bytes);
    }

    private byte[] Mac(ReadOnlySpan<byte> key)
    {
        var purpose = Encoding.UTF8.GetBytes(Purpose.ToString());
        var signed = new byte[SignedLength + purpose.Length];
        WriteSigned(signed);
        purpose.CopyTo(signed.AsSpan(SignedLength));
        return HMACSHA256.HashData(key, signed);
    }

    private void WriteSigned(Span<byte> bytes)
    {
        bytes[0] = Version;
        LinkId.TryWriteBytes(bytes[1..], bigEndian: true, out _);
    }
}
