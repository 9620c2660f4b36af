namespace IdentityProvider.Verifier.Tests;

/// <summary>An issuer and verifiers of it, for one test.</summary>
public abstract class OverHttp : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _mine = [];
    private protected static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    private protected Issuer Issuer { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Issuer = await Issuer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var one in _mine) await one.DisposeAsync();
        await Issuer.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected AccessTokenVerifier NewVerifier(VerifierOptions? options = null, HttpClient? http = null)
    {
        var verifier = new AccessTokenVerifier(options ?? Issuer.Options, http ?? Http, Issuer.Clock);
        _mine.Add(verifier);
        return verifier;
    }

    private protected void Advance(int seconds) => Issuer.Clock.Advance(TimeSpan.FromSeconds(seconds));

    private protected static async Task<VerifierRefusal?> RefusalAsync(AccessTokenVerifier verifier, string token) => (await verifier.VerifyAsync(token)).Reason();

    /// <summary>As the other, and nothing was waited for.</summary>
    private protected static VerifierRefusal? RefusalAtOnce(AccessTokenVerifier verifier, string token)
    {
        var verifying = verifier.VerifyAsync(token).AsTask();
        Assert.True(verifying.IsCompletedSuccessfully);
        return verifying.Result.Reason();
    }

    private protected void Rotate()
    {
        Issuer.Published = [Given.Rs256, Given.Next];
        Issuer.Key = Given.Next;
    }

    private protected static Task<VerifierRefusal?[]> AllAsync(int times, Func<Task<VerifierRefusal?>> verify) =>
        Task.WhenAll(Enumerable.Range(0, times).Select(_ => Task.Run(verify)));
}
