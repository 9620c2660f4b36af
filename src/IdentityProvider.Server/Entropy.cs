using System.Buffers.Text;
using System.Security.Cryptography;

namespace IdentityProvider.Server;

/// <summary>The one source of randomness. A test that needs to know what was drawn takes a derived one.</summary>
public class Entropy
{
    /// <summary>Bytes that nobody can guess.</summary>
    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }

    /// <summary>256 bits as base64url: codes, cookies, secrets.</summary>
    public string Token() => Base64Url.EncodeToString(Bytes(32));

    /// <summary>A random identifier (RFC 9562, version 4).</summary>
    public Guid NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>From 0 up to 1, evenly: for waits that must not fall together.</summary>
    public double Fraction() => BitConverter.ToUInt32(Bytes(sizeof(uint))) / (uint.MaxValue + 1.0);

    /// <summary>Fills the span with random bytes.</summary>
    public virtual void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
