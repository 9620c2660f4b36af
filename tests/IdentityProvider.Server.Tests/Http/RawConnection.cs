using System.Net.Sockets;
using System.Text;

namespace IdentityProvider.Server.Tests.Http;

/// <summary>A caller that says what it says as slowly as it likes: a socket, and the bytes that a test writes.</summary>
internal sealed class RawConnection : IDisposable
{
    // What a server never does is a failed test and not one that waits for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Socket _socket;
    private readonly StringBuilder _received = new();

    private RawConnection(Socket socket) => _socket = socket;

    public static async Task<RawConnection> OpenAsync(Uri server)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server.Host, server.Port, TestContext.Current.CancellationToken);
            return new RawConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A request that the server has begun to read and that waits for the rest of its body.</summary>
    /// <param name="server">Where.</param>
    /// <param name="body">The whole body, of which nothing is sent yet.</param>
    public static async Task<RawConnection> OpenRequestAsync(Uri server, string body)
    {
        var connection = await OpenAsync(server);
        await connection.SendAsync($"POST /token HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\nExpect: 100-continue\r\n\r\n");
        await connection.ReadUntilAsync("100 Continue\r\n\r\n"); // which is sent when somebody reads the body
        return connection;
    }

    public async Task SendAsync(string text) => await _socket.SendAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);

    /// <summary>All that has come, once this has.</summary>
    public async Task<string> ReadUntilAsync(string expected)
    {
        while (!_received.ToString().Contains(expected, StringComparison.Ordinal))
            Assert.True(await ReadAsync(), $"the server closed after: {_received}");
        return _received.ToString();
    }

    /// <summary>All that comes until the server closes.</summary>
    public async Task<string> ReadToEndAsync()
    {
        while (await ReadAsync())
        {
        }

        return _received.ToString();
    }

    public void Dispose() => _socket.Dispose();

    private async Task<bool> ReadAsync()
    {
        var buffer = new byte[4096];
        try
        {
            var read = await _socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);
            _received.Append(Encoding.Latin1.GetString(buffer, 0, read));
            return read > 0;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
            return false;
        }
    }
}
