using IdentityProvider.Protocol.Upstream;

namespace IdentityProvider.Server.SignIn;

/// <summary>What a person proved of who they are, and how.</summary>
/// <param name="Amr">By which methods (RFC 8176, <see cref="Protocol.SignIn.AuthenticationMethods"/>).</param>
/// <param name="Upstream">Their session at another provider, where that one vouches.</param>
internal sealed record ProvenFactors(IReadOnlyList<string> Amr, UpstreamSession? Upstream = null)
{
    /// <summary>The line of the person's history that tells of the attempt, where one was written before its outcome was known.</summary>
    public Guid? Attempt { get; init; }
}
