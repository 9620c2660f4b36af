using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace IdentityProvider.Verifier.Tests;

/// <summary>Status lists without push: fetched by their ttl, kept for a bounded time while the issuer is down.</summary>
public sealed class StatusOverHttpTests : OverHttp
{
    [Fact]
    public async Task The_warm_path_makes_no_network_call()
    {
        var verifier = NewVerifier();
        Assert.Null(await RefusalAsync(verifier, Issuer.TokenAt(1)));
        var asked = Issuer.Count();
        Assert.Equal(2, asked);
        for (var index = 0; index < 64; index++)
        {
            Assert.Null(RefusalAtOnce(verifier, Issuer.TokenAt(index)));
        }
        Assert.Equal(asked, Issuer.Count());
    }

    [Fact]
    public async Task The_first_tokens_cost_one_fetch_of_the_list()
    {
        var verifier = NewVerifier();
        var token = Issuer.TokenAt(1);
        Assert.All(await AllAsync(50, () => RefusalAsync(verifier, token)), Assert.Null);
        Assert.Equal((1, 1), (Issuer.Jwks, Issuer.Lists));
    }

    [Fact]
    public async Task A_revocation_arrives_within_the_ttl()
    {
        var verifier = NewVerifier();
        var token = Issuer.TokenAt(1);
        Assert.Null(await RefusalAsync(verifier, token));
        Issuer.Set(1, 1);
        Advance(39);
        Assert.Null(await RefusalAsync(verifier, token));
        Assert.Equal(1, Issuer.Lists);
        Advance(21);
        Assert.Equal(VerifierRefusal.TokenRevoked, await RefusalAsync(verifier, token));
    }

    [Fact]
    public async Task In_the_last_third_of_the_ttl_the_list_is_fetched_in_the_background()
    {
        var verifier = NewVerifier();
        var token = Issuer.TokenAt(1);
        await RefusalAsync(verifier, token);
        Issuer.Set(1, 3);
        Advance(40);
        Assert.Null(RefusalAtOnce(verifier, token));
        await Eventually.TrueAsync(async () => await RefusalAsync(verifier, token) is VerifierRefusal.TokenStale, "the new list is used");
        Assert.Equal(2, Issuer.Lists);
    }

    [Fact]
    public async Task While_the_issuer_is_down_the_last_list_serves_until_its_exp()
    {
        var verifier = NewVerifier();
        Assert.Null(await RefusalAsync(verifier, Issuer.TokenAt(1)));
        Issuer.IsDown = true;
        Advance(599);
        Assert.Null(await RefusalAsync(verifier, Issuer.TokenAt(1)));
        Advance(1);
        Assert.Equal(VerifierRefusal.StatusUnavailable, await RefusalAsync(verifier, Issuer.TokenAt(1)));
        Issuer.IsDown = false;
        Advance(1);
        Assert.Null(await RefusalAsync(verifier, Issuer.TokenAt(1)));
    }

    [Fact]
    public async Task While_the_issuer_hangs_requests_that_have_a_list_wait_for_it_once()
    {
        var verifier = NewVerifier();
        await RefusalAsync(verifier, Issuer.TokenAt(1));
        Issuer.Instead["/status/7"] = Issuer.HangAsync;
        Advance(60);
        var waiting = RefusalAsync(verifier, Issuer.TokenAt(1));
        await Eventually.TrueAsync(() => Issuer.Lists == 2, "asked");
        await Eventually.TrueAsync(() =>
        {
            Advance(1);
            return waiting.IsCompleted;
        }, "given up");
        Assert.Null(await waiting);
        Advance(1);
        Assert.Null(RefusalAtOnce(verifier, Issuer.TokenAt(1)));
    }

    [Fact]
    public async Task Refuses_what_a_list_of_another_key_says()
    {
        Issuer.Instead["/status/7"] = http => http.Response.WriteAsync(Issuer.ListJwt(key: Given.Stranger));
        Assert.Equal(VerifierRefusal.StatusListUntrusted, await RefusalAsync(NewVerifier(), Issuer.TokenAt(1)));
    }

    [Theory]
    [InlineData("JWT", null, null, VerifierRefusal.StatusListUntrusted)]
    [InlineData("statuslist+jwt", "sub", "\"https://elsewhere.example/status/7\"", VerifierRefusal.StatusListUntrusted)]
    [InlineData("statuslist+jwt", "exp", "1", VerifierRefusal.StatusListExpired)]
    [InlineData("statuslist+jwt", "status_list", """{"bits":2,"lst":"AAAA"}""", VerifierRefusal.StatusListMalformed)]
    public async Task Refuses_a_list_that_is_not_what_it_should_be(string typ, string? claim, string? value, VerifierRefusal expected)
    {
        var more = claim is null ? null : new JsonObject { [claim] = JsonNode.Parse(value!) };
        Issuer.Instead["/status/7"] = http => http.Response.WriteAsync(Issuer.ListJwt(more, typ: typ));
        Assert.Equal(expected, await RefusalAsync(NewVerifier(), Issuer.TokenAt(1)));
    }

    [Fact]
    public async Task Refuses_an_index_outside_the_list() => Assert.Equal(VerifierRefusal.StatusIndexOutOfRange, await RefusalAsync(NewVerifier(), Issuer.TokenAt(64)));

    [Fact]
    public async Task Refuses_a_list_elsewhere_and_asks_nobody()
    {
        var verifier = NewVerifier();
        Assert.Equal(VerifierRefusal.StatusUriForeign, await RefusalAsync(verifier, Issuer.Token(Given.Status(1, $"{Issuer.Name}/other/7"))));
        Assert.Equal(1, Issuer.Count());
    }

    [Fact]
    public async Task Refuses_a_list_that_is_gone()
    {
        Issuer.Instead["/status/7"] = http =>
        {
            http.Response.StatusCode = 404;
            return Task.CompletedTask;
        };
        Assert.Equal(VerifierRefusal.StatusUnavailable, await RefusalAsync(NewVerifier(), Issuer.TokenAt(1)));
    }

    [Fact]
    public async Task Refuses_a_list_that_is_too_long_plain_zipped_or_inflated()
    {
        Issuer.Instead["/status/7"] = http => http.Response.WriteAsync(new string('A', 2 << 20));
        Assert.Equal(VerifierRefusal.StatusListTooLarge, await RefusalAsync(NewVerifier(), Issuer.TokenAt(1)));

        Issuer.Instead["/status/7"] = async http =>
        {
            http.Response.Headers.ContentEncoding = "gzip";
            await using var zip = new GZipStream(http.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
            await zip.WriteAsync(new byte[64 << 20]);
        };
        using var unzips = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = System.Net.DecompressionMethods.All });
        Assert.Equal(VerifierRefusal.StatusListTooLarge, await RefusalAsync(NewVerifier(http: unzips), Issuer.TokenAt(1)));
        Assert.Equal(VerifierRefusal.StatusUnavailable, await RefusalAsync(NewVerifier(), Issuer.TokenAt(1)));

        var bomb = new JsonObject { ["status_list"] = new JsonObject { ["bits"] = 2, ["lst"] = Given.Zlib(new byte[64 << 20]) } };
        Issuer.Instead["/status/7"] = http => http.Response.WriteAsync(Issuer.ListJwt(bomb));
        Assert.Equal(VerifierRefusal.StatusListTooLarge, await RefusalAsync(NewVerifier(), Issuer.TokenAt(1)));
    }

    [Fact]
    public async Task A_good_list_outlives_bad_answers_and_is_asked_for_again()
    {
        var verifier = NewVerifier();
        Issuer.Set(2, 1);
        Assert.Null(await RefusalAsync(verifier, Issuer.TokenAt(1)));
        Issuer.Instead["/status/7"] = http => http.Response.WriteAsync(Issuer.ListJwt(key: Given.Stranger));
        Advance(60);
        Assert.Null(await RefusalAsync(verifier, Issuer.TokenAt(1)));
        Assert.Equal(VerifierRefusal.TokenRevoked, await RefusalAsync(verifier, Issuer.TokenAt(2)));
        Issuer.Instead.Clear();
        Issuer.Set(1, 1);
        Advance(10);
        Assert.Equal(VerifierRefusal.TokenRevoked, await RefusalAsync(verifier, Issuer.TokenAt(1)));
    }

    [Fact]
    public async Task An_older_list_from_a_cache_takes_nothing_back()
    {
        var verifier = NewVerifier();
        var old = Issuer.ListJwt();
        Issuer.Set(1, 1);
        Assert.Equal(VerifierRefusal.TokenRevoked, await RefusalAsync(verifier, Issuer.TokenAt(1)));
        Issuer.Instead["/status/7"] = http => http.Response.WriteAsync(old);
        Advance(60);
        Assert.Equal(VerifierRefusal.TokenRevoked, await RefusalAsync(verifier, Issuer.TokenAt(1)));
    }

    [Fact]
    public async Task A_list_that_a_new_key_signed_brings_the_key_set_in_the_same_request()
    {
        var verifier = NewVerifier();
        var token = Issuer.TokenAt(1);
        Assert.Null(await RefusalAsync(verifier, Issuer.Token()));
        Rotate();
        Assert.Null(await RefusalAsync(verifier, token));
        Assert.Equal(2, Issuer.Jwks);
    }

    [Fact]
    public async Task What_a_revoked_key_vouched_for_is_forgotten_with_it()
    {
        var verifier = NewVerifier();
        await RefusalAsync(verifier, Issuer.TokenAt(1));
        Issuer.Published = [Given.Next];
        Issuer.Key = Given.Next;
        Issuer.Set(1, 1);
        Assert.Equal(VerifierRefusal.TokenRevoked, await RefusalAsync(verifier, Issuer.TokenAt(1)));
        Assert.Equal(2, Issuer.Lists);
    }
}
