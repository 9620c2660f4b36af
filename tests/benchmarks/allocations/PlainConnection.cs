using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

namespace IdentityProvider.Benchmarks.Allocations;

/// <summary>A kept connection that sends the same bytes and reads the answer, into memory that it has: HTTP/1.1 as far as this server speaks it.</summary>
public sealed class PlainConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _request;
    private readonly byte[] _answer = new byte[64 * 1024];

    private PlainConnection(Uri address, string request)
    {
        _request = Encoding.ASCII.GetBytes(request);
        _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(address.Host, address.Port);
    }

    /// <summary>A form with the client's secret.</summary>
    public static PlainConnection ToToken(Uri address, string authorization, string form) => new(
        address,
        $"POST /token HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: {authorization}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {form.Length}\r\n\r\n{form}");

    /// <summary>The discovery document.</summary>
    public static PlainConnection ToMetadata(Uri address) => new(address, $"GET /.well-known/openid-configuration HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n");

    /// <summary>One request, one answer; the length of its body.</summary>
    /// <exception cref="InvalidOperationException">It wasn't 200.</exception>
    public int Ask()
    {
        _socket.Send(_request);
        var received = 0;
        while (true)
        {
            var read = _socket.Receive(_answer.AsSpan(received));
            if (read == 0)
                throw new InvalidOperationException("The server closed the connection");
            received += read;
            var answer = _answer.AsSpan(0, received);
            var end = answer.IndexOf("\r\n\r\n"u8);
            if (end < 0)
                continue;
            if (!answer.StartsWith("HTTP/1.1 200 "u8))
                throw new InvalidOperationException(Encoding.ASCII.GetString(answer));
            var head = answer[..end];
            var length = head[(head.IndexOf("Content-Length: "u8) + "Content-Length: "u8.Length)..];
            if (!Utf8Parser.TryParse(length, out int bytes, out _))
                throw new InvalidOperationException("An answer without a length");
            if (received == end + 4 + bytes)
                return bytes;
        }
    }

    public void Dispose() => _socket.Dispose();
}
