using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace IdentityProvider.Jose;

/// <summary>Writes a JWT's claims straight into pooled memory and signs them once: the hot path of every token endpoint.</summary>
public static class JwtWriter
{
    /// <summary>Buffers that grew beyond this, in bytes, are not kept.</summary>
    private const int MaxKeptBuffer = 64 * 1024;

    /// <summary>The relaxed encoder leaves '+' and non-ASCII as they are: a token is base64url, never HTML, and should be small.</summary>
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly SlotPool<ClaimsBuffer> Buffers = new();

    /// <summary>
    /// Signs the claims that <paramref name="writeClaims"/> writes: name and value pairs, inside an object that is opened and closed
    /// here. Pass a static function and its state, so that nothing is captured. Returns the compact token.
    /// </summary>
    public static string Sign<TState>(SigningKey key, string typ, TState state, Action<Utf8JsonWriter, TState> writeClaims)
    {
        ArgumentNullException.ThrowIfNull(writeClaims);
        var buffer = Buffers.TakeOrNull() ?? new ClaimsBuffer();
        try
        {
            buffer.Writer.WriteStartObject();
            writeClaims(buffer.Writer, state);
            buffer.Writer.WriteEndObject();
            buffer.Writer.Flush();
            return Jws.Sign(key, typ, buffer.Json.WrittenSpan);
        }
        finally
        {
            buffer.Return();
        }
    }

    /// <summary>As the other, for callers off the hot path.</summary>
    public static string Sign(SigningKey key, string typ, Action<Utf8JsonWriter> writeClaims) =>
        Sign(key, typ, writeClaims, static (writer, write) => write(writer));

    private sealed class ClaimsBuffer
    {
        public ClaimsBuffer() => Writer = new Utf8JsonWriter(Json, Options);

        public ArrayBufferWriter<byte> Json { get; } = new(1024);

        public Utf8JsonWriter Writer { get; }

        public void Return()
        {
            Json.Clear(); // zeroes what was written: claims of one user don't linger for the next
            Writer.Reset();
            if (Json.Capacity > MaxKeptBuffer || !Buffers.Keep(this)) Writer.Dispose();
        }
    }
}
