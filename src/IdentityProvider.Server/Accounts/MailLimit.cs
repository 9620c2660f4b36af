using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Http;

namespace IdentityProvider.Server.Accounts;

/// <summary>How many mails one network may ask for.</summary>
internal sealed class MailLimit(Settings settings) : IDisposable
{
    /// <summary>At once; more than a class of students that registers together would have to wait.</summary>
    public const int Burst = 30;

    private readonly TokenBuckets _networks = new(settings, Burst, perPeriod: 1, TimeSpan.FromMinutes(1));

    /// <summary>Takes one of the network's mails; where it has none left, false, and the answer says when to come again.</summary>
    public bool TryTake(HttpContext http) => _networks.TryTake(http, AttemptKey.OfAddress(http.Connection.RemoteIpAddress) ?? "this machine");

    public void Dispose() => _networks.Dispose();
}
