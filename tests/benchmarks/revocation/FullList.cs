using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Storage;
using IdentityProvider.Verifier;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Benchmarks.Revocation;

/// <summary>A list of a million tokens, of which one in a thousand was taken back.</summary>
internal static class FullList
{
    private const int Block = 16 * 1024;

    internal sealed record FillInput(string ConnectionString, int Tokens, int Revoked);

    internal sealed record Filled(int List, int Tokens, int Revoked);

    /// <summary>Leases the indexes as nodes do, and revokes as the endpoint does; the server only sees its database change.</summary>
    public static async Task<Filled> FillAsync(FillInput input)
    {
        await using var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System)
            .AddIdpStorage(DatabaseProvider.PostgreSql, input.ConnectionString).BuildServiceProvider();
        var lists = services.GetRequiredService<StatusLists>();
        var revoked = services.GetRequiredService<RevokedTokens>();
        var now = TimeProvider.System.GetUtcNow();
        var blocks = new List<StatusBlock>();
        while (blocks.Sum(block => block.Count) < input.Tokens - Block)
            blocks.Add(await lists.LeaseAsync(StatusBlockOwner.Shared, "bench", Block, now));

        var list = blocks[0].List;
        if (blocks.Any(block => block.List != list))
            throw new InvalidOperationException("The tokens are in more than one list; the server should be new.");
        var indexes = new HashSet<int>();
        while (indexes.Count < input.Revoked)
        {
            var block = blocks[RandomNumberGenerator.GetInt32(blocks.Count)];
            indexes.Add(block.First + RandomNumberGenerator.GetInt32(block.Count));
        }

        foreach (var index in indexes)
            await revoked.AddAsync(string.Create(CultureInfo.InvariantCulture, $"bench-{index}"), now.AddMinutes(10), new StatusReference(list, index));
        return new Filled(list, blocks.Sum(block => block.Count), indexes.Count);
    }

    internal sealed record SignInput(int Tokens, int Revoked, int Rounds);

    /// <summary>Milliseconds: to build the bits from all changes, to compress them, and to sign what came of it.</summary>
    internal sealed record Signed(double Build, double Compress, double Sign);

    public static Signed MeasureSigning(SignInput input)
    {
        using var key = SigningKey.Generate(SignatureAlgorithm.RS256);
        var build = new List<double>();
        var compress = new List<double>();
        var sign = new List<double>();
        for (var round = 0; round < input.Rounds + 3; round++)
        {
            var indexes = Enumerable.Range(0, input.Revoked).Select(_ => RandomNumberGenerator.GetInt32(input.Tokens)).ToList();
            var started = Stopwatch.GetTimestamp();
            var copy = new StatusCopy(1);
            for (var i = 0; i < indexes.Count; i++)
                copy.Apply(i + 1, [new StatusRange(1, indexes[i], 1, StatusValue.Invalid)]);
            build.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);

            started = Stopwatch.GetTimestamp();
            var lst = copy.Compress();
            compress.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);

            started = Stopwatch.GetTimestamp();
            StatusListToken.Sign(key, "https://login.example.com", 1, copy.Version, lst, TimeProvider.System.GetUtcNow());
            sign.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return new Signed(build.Skip(3).Median(), compress.Skip(3).Median(), sign.Skip(3).Median());
    }

    internal sealed record MemoryInput(string Issuer, string Audience, string Token, int Rounds);

    /// <summary>Bytes that a verifier keeps: the list, and the keys.</summary>
    internal sealed record Memory(long Bytes);

    public static async Task<Memory> MeasureMemoryAsync(MemoryInput input)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        var options = new VerifierOptions { Issuer = input.Issuer, Audience = input.Audience, RequireStatus = true, Push = false };

        // One before, so that what .NET keeps of the first time isn't counted.
        await using var first = new AccessTokenVerifier(options, http);
        await first.VerifyAsync(input.Token);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var verifiers = new List<AccessTokenVerifier>();
        for (var i = 0; i < input.Rounds; i++)
        {
            verifiers.Add(new AccessTokenVerifier(options, http));
            if (await verifiers[^1].VerifyAsync(input.Token) is TokenVerification.Refused refused)
                throw new InvalidOperationException(refused.ToString());
        }

        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / input.Rounds;
        foreach (var verifier in verifiers)
            await verifier.DisposeAsync();
        return new Memory(bytes);
    }
}
