using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.ObjectPool;

namespace IdentityProvider.Server.Http;

/// <summary>A JSON answer, written straight into memory that is used again. What was written is zeroed on return: tokens don't linger.</summary>
internal sealed class JsonBody : IResettable, IDisposable
{
    /// <summary>Buffers that grew beyond this, in bytes, are not kept.</summary>
    private const int LargestKept = 64 * 1024;

    private static readonly ObjectPool<JsonBody> Pool = new DefaultObjectPoolProvider().Create<JsonBody>();

    private readonly ArrayBufferWriter<byte> buffer = new(4096);
    private readonly Utf8JsonWriter writer;

    public JsonBody() => writer = new Utf8JsonWriter(buffer);

    /// <summary>Writes the answer and sends it as JSON that nobody may keep. Pass a static function and its state.</summary>
    public static async Task SendAsync<TState>(HttpContext http, TState state, Action<Utf8JsonWriter, TState> write)
    {
        var body = Pool.Get();
        try
        {
            write(body.writer, state);
            body.writer.Flush();
            await OAuthResults.WriteJsonAsync(http, body.buffer.WrittenMemory);
        }
        finally
        {
            Pool.Return(body);
        }
    }

    public bool TryReset()
    {
        buffer.Clear();
        writer.Reset();
        return buffer.Capacity <= LargestKept;
    }

    public void Dispose() => writer.Dispose();
}
