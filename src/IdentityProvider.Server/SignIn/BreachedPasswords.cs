using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// Looks a password up among those that leaked elsewhere, by k-anonymity: five of the forty characters of its SHA-1 go out, and the endings of all
/// that begin so come back. Off unless a setting says otherwise, impatient, and left out where no good answer comes.
/// </summary>
internal sealed class BreachedPasswords(Settings settings, Outgoing outgoing, TimeProvider clock, ILogger<BreachedPasswords> logger)
{
    private const int PrefixLength = 5;

    /// <summary>Several times what the largest range has, in bytes.</summary>
    private const int MostBytes = 256 * 1024;

    /// <summary>How long a person waits for it.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(2);

    public async Task<bool> HasAsync(string password, CancellationToken cancellation)
    {
        if (!settings.Passwords.BreachCheck)
            return false;

#pragma warning disable CA5350 // The list is kept by SHA-1; nothing is protected by it.
        var hash = Convert.ToHexString(SHA1.HashData(Encoding.UTF8.GetBytes(password)));
#pragma warning restore CA5350
        using var limit = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        using var request = new HttpRequestMessage(HttpMethod.Get, settings.Passwords.BreachCheckUri + hash[..PrefixLength]);
        request.Headers.Add("Add-Padding", "true"); // so that the answer's length tells nobody which range it is
        request.Headers.Add("User-Agent", "idp");
        try
        {
            switch (await outgoing.SendAsync(request, MostBytes, either.Token))
            {
                case OutgoingAnswer.Answered { Status: System.Net.HttpStatusCode.OK, Body: var body }:
                    return Holds(Encoding.ASCII.GetString(body), hash[PrefixLength..]);
                case OutgoingAnswer.Answered { Status: var status }:
                    Log.BreachCheckLeftOut(logger, $"answered {(int)status}");
                    return false;
                case OutgoingAnswer.Failed { Reason: var reason }:
                    Log.BreachCheckLeftOut(logger, reason.ToString());
                    return false;
                default:
                    throw new InvalidOperationException("An answer of a third kind.");
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Log.BreachCheckLeftOut(logger, nameof(OutgoingFailure.TimedOut));
            return false;
        }
    }

    // Lines of an ending, a colon and how often it was seen; those seen never are the padding.
    private static bool Holds(string range, string ending) =>
        range.Split('\n').Select(line => line.Trim().Split(':')).Any(parts => parts is [var known, not "0"] && known.Equals(ending, StringComparison.OrdinalIgnoreCase));
}
