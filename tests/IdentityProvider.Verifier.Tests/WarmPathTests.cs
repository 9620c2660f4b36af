using IdentityProvider.Jose;

namespace IdentityProvider.Verifier.Tests;

/// <summary>What a verification with status check costs beyond the bare one, as a property that no busy machine changes: bytes.</summary>
public sealed class WarmPathTests : OverHttp
{
    private const int Times = 200;

    [Fact]
    public async Task Status_adds_few_allocations_to_a_bare_verification()
    {
        var verifier = NewVerifier();
        var token = Issuer.TokenAt(1);
        Assert.Null(await RefusalAsync(verifier, token));
        var expectations = new JwtExpectations
        {
            Typ = "at+jwt",
            Issuer = Issuer.Name,
            Audience = Given.Audience,
            ClockSkew = TimeSpan.FromSeconds(30),
            RequiredClaims = ["sub", "client_id", "iat", "jti"],
        };
        var bare = BytesOf(() => Jwt.Verify(token, Given.Keys, expectations, Given.Now));
        var whole = BytesOf(() => RefusalAtOnceOf(verifier, token));
        Assert.True(whole - bare < 600, $"{whole} bytes, {bare} of them for the bare verification");
    }

    private static TokenVerification RefusalAtOnceOf(AccessTokenVerifier verifier, string token)
    {
        var verifying = verifier.VerifyAsync(token);
        return verifying.IsCompletedSuccessfully ? verifying.GetAwaiter().GetResult() : throw new InvalidOperationException("It waited.");
    }

    private static long BytesOf(Func<object?> work)
    {
        for (var i = 0; i < Times; i++) work();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Times; i++) work();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Times;
    }
}
