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

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly Utf8JsonWriter _writer;

    public JsonBody() => _writer = new Utf8JsonWriter(_buffer);

    /// <summary>Writes the answer and sends it as JSON that nobody may keep. Pass a static function and its state.</summary>
    public static async Task SendAsync<TState>(HttpContext http, TState state, Action<Utf8JsonWriter, TState> write, int status = StatusCodes.Status200OK)
    {
        var body = Pool.Get();
        try
        {
            write(body._writer, state);
            body._writer.Flush();
            await OAuthResults.WriteJsonAsync(http, body._buffer.WrittenMemory, status);
        }
        finally
        {
            Pool.Return(body);
        }
    }

    public bool TryReset()
    {
        _buffer.Clear();
        _writer.Reset();
        return _buffer.Capacity <= LargestKept;
    }

    public void Dispose() => _writer.Dispose();
}
