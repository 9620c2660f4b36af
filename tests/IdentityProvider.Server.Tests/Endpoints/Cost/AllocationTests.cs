using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IdentityProvider.Server.Tests.Endpoints.Cost;

/// <summary>
/// What an answer costs the memory: whatever is allocated for each token is collected while others wait. Counted by <c>make bench</c> with Kestrel and all; here
/// beside the plainest answer that there is, with a margin, so that a change that costs more is seen where it is made.
/// </summary>
public sealed class AllocationTests
{
    /// <summary>Bytes for one token, more than the plainest answer takes; a debug build needs some that the release does not.</summary>
    private const long MostForAToken = 12_000;

    private const long MostForKeys = 1_500;

    private static readonly PlainRequest Plainest = new("GET", "/health/live");

    [Fact]
    public async Task A_token_for_a_client_allocates_little_and_waits_for_nothing()
    {
        using var server = new PlainServer();
        await using var idp = await TestServer.StartAsync(replace: services => services.Replace(ServiceDescriptor.Singleton<IServer>(server)));
        await FillAsync(idp);

        var plainest = Least(server, Plainest);
        foreach (var scope in new[] { "orders.read", "es256.read" })
            Assert.InRange(Least(server, new("POST", "/token", Authorization, $"grant_type=client_credentials&scope={scope}")) - plainest, 1, MostForAToken);
    }

    [Fact]
    public async Task The_key_set_is_there_already()
    {
        using var server = new PlainServer();
        await using var idp = await TestServer.StartAsync(replace: services => services.Replace(ServiceDescriptor.Singleton<IServer>(server)));

        Assert.InRange(Least(server, new("GET", "/.well-known/jwks.json")) - Least(server, Plainest), -MostForKeys, MostForKeys);
    }

    private static string Authorization => SignedIn.Basic("machine", SignedIn.Secret).ToString();

    // The least of many: some make room in a pool, or find that another node changed something. The first ones warm up.
    private static long Least(PlainServer server, PlainRequest request)
    {
        var all = Enumerable.Range(0, 200).Select(_ => server.BytesFor(request)).Skip(100).ToList();
        Assert.Contains(all, bytes => bytes is not null);
        return all.Min() ?? throw new InvalidOperationException("It always went on elsewhere");
    }

    private static async Task FillAsync(TestServer idp)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (orders, elliptic) = ("https://orders.example", "https://es256.example");
        await idp.Get<Resources>().AddAsync(new Resource { Identifier = orders, Name = "Orders", Scopes = [new("orders.read")] }, cancellation);
        await idp.Get<Resources>().AddAsync(new Resource { Identifier = elliptic, Name = "Elliptic", Scopes = [new("es256.read")], SigningAlg = SignatureAlgorithm.ES256 }, cancellation);
        await idp.Get<Clients>().AddAsync(
            new Client
            {
                ClientId = "machine", ClientName = "Machine", GrantTypes = [GrantTypes.ClientCredentials], Scope = ScopeSet.Of(["orders.read", "es256.read"]), Resources = [orders, elliptic],
                Secrets = [new ClientSecret(SHA256.HashData(Encoding.UTF8.GetBytes(SignedIn.Secret)), DateTimeOffset.UnixEpoch, null)],
            },
            cancellation);
    }
}
