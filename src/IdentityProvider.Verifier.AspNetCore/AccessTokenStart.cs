using Microsoft.Extensions.Hosting;

namespace IdentityProvider.Verifier.AspNetCore;

/// <summary>Gets the keys and opens the event stream when the API starts; an issuer that is down does not hold it up.</summary>
internal sealed class AccessTokenStart(AccessTokenVerifier verifier) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => verifier.StartAsync(stoppingToken);
}
