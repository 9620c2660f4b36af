using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace IdentityProvider.Server.Tests.Mail;

/// <summary>A mail server on loopback: a real conversation (RFC 5321), with STARTTLS where it has a certificate, answered as the test says.</summary>
internal sealed class SmtpListener : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closed = new();
    private readonly X509Certificate2? _certificate;
    private readonly Task _accepting;

    public SmtpListener(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What clients said, in all conversations; of data nothing.</summary>
    public List<string> Commands { get; } = [];

    /// <summary>What was delivered.</summary>
    public List<string> Messages { get; } = [];

    /// <summary>How RCPT TO is answered.</summary>
    public string RecipientAnswer { get; set; } = "250 fine";

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _listener.Stop();
        await _accepting;
        _closed.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_closed.Token);
                await ConverseAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ConverseAsync(TcpClient client)
    {
        Stream stream = client.GetStream();
        try
        {
            await SayAsync(stream, "220 mail.test");
            while (await ReadLineAsync(stream) is { } line)
            {
                Commands.Add(line);
                if (line.StartsWith("STARTTLS", StringComparison.OrdinalIgnoreCase))
                {
                    await SayAsync(stream, "220 go ahead");
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(_certificate!);
                    stream = tls;
                    continue;
                }

                if (line == "DATA")
                    await TakeAsync(stream);
                else
                    await SayAsync(stream, AnswerTo(line, stream is SslStream));
                if (line == "QUIT")
                    return;
            }
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    private string AnswerTo(string line, bool isSecured) => line switch
    {
        _ when line.StartsWith("EHLO", StringComparison.Ordinal) => _certificate is null || isSecured ? "250-mail.test\r\n250 AUTH LOGIN" : "250-mail.test\r\n250 STARTTLS",
        _ when line.StartsWith("AUTH LOGIN", StringComparison.OrdinalIgnoreCase) => "334 UGFzc3dvcmQ6",
        _ when line.StartsWith("RCPT", StringComparison.Ordinal) => RecipientAnswer,
        "QUIT" => "221 bye",
        _ when line.Length > 0 && !line.Contains(' ', StringComparison.Ordinal) && line != "RSET" => "235 welcome",
        _ => "250 fine",
    };

    private async Task TakeAsync(Stream stream)
    {
        await SayAsync(stream, "354 go ahead");
        var message = new StringBuilder();
        while (await ReadLineAsync(stream) is { } line && line != ".")
            message.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        Messages.Add(message.ToString());
        await SayAsync(stream, "250 taken");
    }

    private static Task SayAsync(Stream stream, string line) => stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n")).AsTask();

    private async Task<string?> ReadLineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, _closed.Token) == 1)
        {
            if (one[0] == '\n')
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            line.Add(one[0]);
        }

        return null;
    }
}
