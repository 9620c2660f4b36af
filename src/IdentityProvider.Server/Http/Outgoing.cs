using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace IdentityProvider.Server.Http;

/// <summary>
/// The one way out, for every call to an address that a client registered: https, no proxy, no cookie, no redirect, a short time and a bounded
/// answer. A private address is refused unless <see cref="OutgoingSettings.AllowPrivateNetwork"/>; the address that was checked is the one that
/// is connected to, so that a name which changes its mind in between gains nothing (DNS rebinding).
/// </summary>
public sealed class Outgoing : IDisposable
{
    /// <summary>For everything together: name, connection, TLS, answer.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Of the addresses of a name no more are tried.</summary>
    private const int MostAddresses = 4;

    private readonly bool _allowsPrivate;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http;

    public Outgoing(Settings settings, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _allowsPrivate = settings.Outgoing.AllowPrivateNetwork ?? false;
        _clock = clock;
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            ConnectTimeout = Patience,
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, errors) => Trusts(certificate, errors) },
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = 16, // KiB
            MaxResponseDrainSize = 16 * 1024,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            PooledConnectionLifetime = TimeSpan.FromMinutes(1), // then the name is asked again
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
        };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Asks the names' addresses; a test answers as an attacker's server would.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> ResolveAsync { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>Whether a server's certificate will do: where the platform finds nothing wrong. A test trusts its own.</summary>
    internal Func<X509Certificate?, SslPolicyErrors, bool> Trusts { get; init; } = (_, errors) => errors == SslPolicyErrors.None;

    /// <summary>Sends, and reads the answer.</summary>
    /// <param name="request">To an absolute URI; the caller disposes of it.</param>
    /// <param name="mostBytes">How long a body may be; 0 reads none, however long.</param>
    /// <param name="cancellation">Gives up. A call that takes longer than <see cref="Patience"/> gives up by itself.</param>
    public async Task<OutgoingAnswer> SendAsync(HttpRequestMessage request, int mostBytes, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.RequestUri is not { } uri || !MayCall(uri))
            return new OutgoingAnswer.Failed(OutgoingFailure.UriNotAllowed);
        using var limit = new CancellationTokenSource(Patience, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return await ReadAsync(response.Content, mostBytes, either.Token) is { } body
                ? new OutgoingAnswer.Answered(response.StatusCode, body, response.Content.Headers.ContentType?.MediaType, response.Headers.CacheControl)
                : new OutgoingAnswer.Failed(OutgoingFailure.AnswerTooLong);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new OutgoingAnswer.Failed(OutgoingFailure.TimedOut);
        }
        catch (HttpRequestException e)
        {
            return new OutgoingAnswer.Failed(ReasonOf(e));
        }
        catch (IOException)
        {
            return new OutgoingAnswer.Failed(OutgoingFailure.AnswerBroken);
        }
    }

    public void Dispose() => _http.Dispose();

    private bool MayCall(Uri uri) =>
        uri.IsAbsoluteUri
        && uri.UserInfo.Length == 0
        && (uri.Scheme == Uri.UriSchemeHttps || (_allowsPrivate && uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));

    private bool MayConnect(IPAddress address) =>
        AddressReaches.Of(address) is var reach && (reach == AddressReach.Public || (reach == AddressReach.Private && _allowsPrivate));

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext connection, CancellationToken cancellation)
    {
        var (host, port) = (connection.DnsEndPoint.Host, connection.DnsEndPoint.Port);
        IPAddress[] addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await ResolveAsync(host, cancellation);
        var allowed = addresses.Where(MayConnect).Take(MostAddresses).ToArray();
        if (addresses.Length > 0 && allowed.Length == 0)
            throw new AddressNotAllowedException();

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // A body that nobody wants is left unread: the handler drains a little of it or drops the connection.
    private static async Task<byte[]?> ReadAsync(HttpContent content, int mostBytes, CancellationToken cancellation)
    {
        if (mostBytes == 0)
            return [];
        await using var stream = await content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[mostBytes + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        return length > mostBytes ? null : buffer[..length];
    }

    private static OutgoingFailure ReasonOf(HttpRequestException e) => (e.InnerException, e.HttpRequestError) switch
    {
        (AddressNotAllowedException, _) => OutgoingFailure.AddressNotAllowed,
        (_, HttpRequestError.NameResolutionError) => OutgoingFailure.NameNotResolved,
        (SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }, _) => OutgoingFailure.NameNotResolved,
        (_, HttpRequestError.ConnectionError) => OutgoingFailure.NotConnected,
        (_, HttpRequestError.SecureConnectionError) => OutgoingFailure.NotSecured,
        _ => OutgoingFailure.AnswerBroken,
    };

    private sealed class AddressNotAllowedException() : Exception("No address of that name may be called.");
}
