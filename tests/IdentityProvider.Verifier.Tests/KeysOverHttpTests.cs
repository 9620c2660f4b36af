using Microsoft.AspNetCore.Http;

namespace IdentityProvider.Verifier.Tests;

/// <summary>The key set: fetched when needed, seldom otherwise, and kept for a bounded time while the issuer is down.</summary>
public sealed class KeysOverHttpTests : OverHttp
{
    [Fact]
    public async Task The_first_tokens_cost_one_fetch_however_many_come_at_once()
    {
        var verifier = NewVerifier();
        var token = Issuer.Token();
        Assert.All(await AllAsync(50, () => RefusalAsync(verifier, token)), Assert.Null);
        Assert.Equal(1, Issuer.Jwks);
    }

    [Fact]
    public async Task An_unknown_kid_is_looked_for_within_the_request()
    {
        var verifier = NewVerifier();
        Assert.Null(await RefusalAsync(verifier, Issuer.Token()));
        Rotate();
        var token = Issuer.Token();
        Assert.All(await AllAsync(20, () => RefusalAsync(verifier, token)), Assert.Null);
        Assert.Equal(2, Issuer.Jwks);
    }

    [Fact]
    public async Task An_unknown_kid_is_looked_for_once_per_interval()
    {
        var verifier = NewVerifier();
        await RefusalAsync(verifier, Issuer.Token());
        var forged = Given.Sign(Given.TokenClaims(Issuer.Name), "at+jwt", Given.Stranger);
        for (var i = 0; i < 20; i++) Assert.Equal(VerifierRefusal.KeyUnknown, await RefusalAsync(verifier, forged));
        Assert.Equal(2, Issuer.Jwks);

        Advance(10);
        Assert.All(await AllAsync(20, () => RefusalAsync(verifier, forged)), reason => Assert.Equal(VerifierRefusal.KeyUnknown, reason));
        Assert.Equal(3, Issuer.Jwks);
    }

    [Fact]
    public async Task A_stale_key_set_serves_while_it_is_fetched_again()
    {
        var verifier = NewVerifier();
        await RefusalAsync(verifier, Issuer.Token());
        var hold = new TaskCompletionSource();
        Issuer.Instead["/.well-known/jwks.json"] = async http =>
        {
            await hold.Task;
            http.Abort();
        };
        Advance(300);
        Assert.Null(await RefusalAsync(verifier, Issuer.Token()));
        await Eventually.TrueAsync(() => Issuer.Jwks == 2, "fetched in the background");
        hold.SetResult();
    }

    [Fact]
    public async Task While_the_issuer_is_down_the_last_key_set_serves_until_its_bound()
    {
        var verifier = NewVerifier();
        await RefusalAsync(verifier, Issuer.Token());
        Issuer.IsDown = true;
        Advance(3599);
        Assert.Null(await RefusalAsync(verifier, Issuer.Token()));
        Advance(1);
        Assert.Equal(VerifierRefusal.KeysUnavailable, await RefusalAsync(verifier, Issuer.Token()));

        Issuer.IsDown = false;
        Advance(1);
        Assert.Null(await RefusalAsync(verifier, Issuer.Token()));
    }

    [Fact]
    public async Task Tokens_expire_while_the_issuer_is_down()
    {
        var verifier = NewVerifier();
        var token = Issuer.Token();
        Assert.Null(await RefusalAsync(verifier, token));
        Issuer.IsDown = true;
        Advance(929);
        Assert.Null(await RefusalAsync(verifier, token));
        Advance(1);
        Assert.Equal(VerifierRefusal.Expired, await RefusalAsync(verifier, token));
    }

    [Fact]
    public async Task An_issuer_that_was_never_there_is_asked_once_a_second_and_said_to_be_the_reason()
    {
        Issuer.IsDown = true;
        var verifier = NewVerifier();
        await verifier.StartAsync();
        for (var i = 0; i < 10; i++) Assert.Equal(VerifierRefusal.KeysUnavailable, await RefusalAsync(verifier, Issuer.Token()));
        var asked = Issuer.Jwks;
        Advance(1);
        Issuer.IsDown = false;
        Assert.Null(await RefusalAsync(verifier, Issuer.Token()));
        Assert.Equal(asked + 1, Issuer.Jwks);
    }

    [Fact]
    public async Task An_issuer_that_hangs_is_given_up_after_the_timeout()
    {
        Issuer.Instead["/.well-known/jwks.json"] = Issuer.HangAsync;
        var verifying = RefusalAsync(NewVerifier(), Issuer.Token());
        await Eventually.TrueAsync(() =>
        {
            Advance(1);
            return verifying.IsCompleted;
        }, "given up");
        Assert.Equal(VerifierRefusal.KeysUnavailable, await verifying);
    }

    [Fact]
    public async Task A_key_set_is_not_replaced_by_an_empty_a_broken_or_a_huge_one()
    {
        var verifier = NewVerifier();
        await RefusalAsync(verifier, Issuer.Token());
        foreach (var body in new[] { """{"keys":[]}""", "<html>", """{"keys":[{"kty":"oct","k":"AAAA"}]}""", new string(' ', 300_000) })
        {
            Issuer.Instead["/.well-known/jwks.json"] = http => http.Response.WriteAsync(body);
            Advance(600);
            Assert.Null(await RefusalAsync(verifier, Issuer.Token()));
        }
        Assert.Equal(5, Issuer.Jwks);
    }

    [Fact]
    public async Task No_redirect_is_believed_even_by_a_client_that_follows_them()
    {
        Issuer.Instead["/.well-known/jwks.json"] = http =>
        {
            http.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        };
        Issuer.Instead["/elsewhere"] = http => http.Response.WriteAsync(System.Text.Encoding.UTF8.GetString(Given.Keys.ToUtf8Bytes()));
        Assert.Equal(VerifierRefusal.KeysUnavailable, await RefusalAsync(NewVerifier(), Issuer.Token()));
        using var follows = new HttpClient();
        Assert.Equal(VerifierRefusal.KeysUnavailable, await RefusalAsync(NewVerifier(http: follows), Issuer.Token()));
        Assert.Equal(1, Issuer.Count("/elsewhere"));
    }

    [Fact]
    public async Task A_client_whose_handlers_throw_is_an_issuer_that_is_down()
    {
        using var broken = new HttpClient(new Broken());
        Assert.Equal(VerifierRefusal.KeysUnavailable, await RefusalAsync(NewVerifier(http: broken), Issuer.Token()));
    }

    [Fact]
    public async Task A_request_that_is_given_up_leaves_the_fetch_to_the_others()
    {
        var hold = new TaskCompletionSource();
        Issuer.Instead["/.well-known/jwks.json"] = async http =>
        {
            await hold.Task;
            await http.Response.WriteAsync(System.Text.Encoding.UTF8.GetString(Given.Keys.ToUtf8Bytes()));
        };
        var verifier = NewVerifier();
        using var gone = new CancellationTokenSource();
        var first = verifier.VerifyAsync(Issuer.Token(), gone.Token).AsTask();
        var second = RefusalAsync(verifier, Issuer.Token());
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        hold.SetResult();
        Assert.Null(await second);
        Assert.Equal(1, Issuer.Jwks);
    }

    private sealed class Broken : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => throw new InvalidOperationException("a circuit breaker");
    }
}
