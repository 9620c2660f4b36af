using System.Net;
using System.Text;
using IdentityProvider.Server.Tests.Endpoints;
using IdentityProvider.Server.Tests.Http;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Tests.Telemetry;

/// <summary>What a collector receives over OTLP: traces, metrics and logs of everything that a token's life has, and no secret of it.</summary>
public sealed class OtlpTests : IAsyncLifetime
{
    private static readonly string[] Signals = ["/v1/traces", "/v1/metrics", "/v1/logs"];

    private readonly Dictionary<string, StringBuilder> _received = Signals.ToDictionary(path => path, _ => new StringBuilder(), StringComparer.Ordinal);
    private readonly List<string> _secrets = [SignedIn.Secret, SignedIn.CodeVerifier, Person.Password];
    private Listener _collector = null!;

    public async ValueTask InitializeAsync()
    {
        _collector = await Listener.StartAsync();
        _collector.AnswerAsync = async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            lock (_received)
                _received[http.Request.Path].Append(Encoding.Latin1.GetString(body.ToArray()));
        };
        var signedIn = await SignedIn.StartAsync(change: settings => settings with { Telemetry = new() { OtlpEndpoint = _collector.Address.ToString() } });
        await LiveAsync(signedIn);
        await signedIn.DisposeAsync(); // which sends what is left
    }

    public ValueTask DisposeAsync() => _collector.DisposeAsync();

    [Fact]
    public void Traces_name_each_endpoint_and_what_came_of_it()
    {
        var traces = _received["/v1/traces"].ToString();
        Assert.All(["POST /token", "POST /introspect", "GET /userinfo", "POST /revoke", "POST /login", "GET /authorize"], name => Assert.Contains(name, traces, StringComparison.Ordinal));
        Assert.All(["authorization_code", "ClientSecretWrong", "idp.request_id", "http.response.status_code"], tag => Assert.Contains(tag, traces, StringComparison.Ordinal));
        Assert.Contains("UPDATE \"TokenFamilies\"", traces, StringComparison.Ordinal); // the driver's, by its text
        Assert.Contains("_OTHER", traces, StringComparison.Ordinal);
        Assert.DoesNotContain("BREW", traces, StringComparison.Ordinal);
    }

    [Fact]
    public void Metrics_have_every_instrument_of_the_page_that_alerts_rest_on()
    {
        var metrics = _received["/v1/metrics"].ToString();
        Assert.All(ObservabilityPage.Own.Concat(ObservabilityPage.OfOthers).Except(ObservabilityPage.Rare), name => Assert.Contains(name, metrics, StringComparison.Ordinal));
    }

    [Fact]
    public void Logs_arrive_and_the_audit_with_them() =>
        Assert.All(["Refused", "session.began"], what => Assert.Contains(what, _received["/v1/logs"].ToString(), StringComparison.Ordinal));

    [Fact]
    public void No_signal_holds_a_secret()
    {
        foreach (var (signal, text) in _received)
        {
            var all = text.ToString();
            Assert.NotEmpty(all);
            Assert.All(_secrets, secret => Assert.False(all.Contains(secret, StringComparison.Ordinal), $"{signal} holds {secret}"));
        }
    }

    [Fact]
    public void Whether_a_trace_is_kept_is_not_the_callers_choice() =>
        Assert.Contains("4bf92f3577b34da6a3ce929d0e0e4736", Convert.ToHexStringLower(Encoding.Latin1.GetBytes(_received["/v1/traces"].ToString())), StringComparison.Ordinal);

    /// <summary>A sign-in, a code, its tokens and their end; and what is refused on the way.</summary>
    private async Task LiveAsync(SignedIn signedIn)
    {
        var code = await signedIn.CodeAsync(SignedIn.App, "openid offline_access notes.read");
        var tokens = await signedIn.ExchangeAsync(SignedIn.App, code);
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        var renewed = await signedIn.RefreshAsync(SignedIn.App, tokens.RefreshToken);
        _secrets.AddRange([code, tokens.RefreshToken, renewed.RefreshToken, SignatureOf(tokens.AccessToken), SignatureOf(renewed.AccessToken), SignatureOf(tokens["id_token"]!)]);
        await signedIn.UserInfoAsync((await signedIn.TokensAsync(SignedIn.App, "openid")).AccessToken);
        await signedIn.IntrospectAsync(SignedIn.Api, renewed.AccessToken);
        await signedIn.PostAsync("/revoke", SignedIn.App, ("token", renewed.RefreshToken));

        var wrong = SignedIn.Post("/token", SignedIn.App, ("grant_type", "client_credentials"));
        wrong.Headers.Authorization = SignedIn.Basic(SignedIn.App.ClientId, "a-wrong-secret-of-the-caller");
        wrong.Headers.TryAddWithoutValidation("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"); // "don't sample me"
        wrong.Headers.TryAddWithoutValidation("tracestate", "vendor=1");
        wrong.Headers.TryAddWithoutValidation("baggage", "token=a-secret-in-the-baggage");
        await signedIn.SendAsync(wrong);
        _secrets.AddRange(["a-wrong-secret-of-the-caller", "a-secret-in-the-baggage", "a-state-of-the-caller", "a-path-of-a-stranger"]);
        await signedIn.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/authorize?client_id=app&response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&state=a-state-of-the-caller&scope=openid"));
        await signedIn.SendAsync(new HttpRequestMessage(new HttpMethod("BREW"), "/a-path-of-a-stranger"));

        var username = await signedIn.Server.AddPersonAsync();
        using var browser = new Browser(signedIn.Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        await browser.OpenAsync("/account");
        _secrets.AddRange(browser.SetCookies.Values.Select(set => set.Split(';')[0].Split('=', 2)[1]).Where(value => value.Length > 16));
        await signedIn.Server.Get<OutboxWatch>().LookAsync(SignedIn.Cancellation);
    }

    private static string SignatureOf(string jwt) => jwt[(jwt.LastIndexOf('.') + 1)..];
}
