using System.Diagnostics.Metrics;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Server.Tests.Endpoints;

namespace IdentityProvider.Server.Tests.Telemetry;

/// <summary>The instruments: each is on the page, says what happened, and has attributes of few values.</summary>
public sealed class MeasuresTests : IAsyncLifetime
{
    private readonly MeterListener _listener = new();
    private readonly List<(string Name, double Value, Dictionary<string, object?> Tags)> _heard = [];
    private readonly HashSet<string> _published = new(StringComparer.Ordinal);
    private SignedIn _signedIn = null!;

    public async ValueTask InitializeAsync()
    {
        // Nobody listens there: what can't be sent is thrown away, and nothing waits for it.
        _signedIn = await SignedIn.StartAsync(change: settings => settings with { Telemetry = new() { OtlpEndpoint = "http://127.0.0.1:9" } });
        var meter = _signedIn.Server.Get<Measures>().Meter;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter != meter)
                return;
            _published.Add(instrument.Name);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Hear(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Hear(instrument, value, tags));
        _listener.Start();
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _signedIn.DisposeAsync();
    }

    [Fact]
    public void The_page_lists_each_instrument_and_no_other() =>
        Assert.Equal(_published.Order(StringComparer.Ordinal), ObservabilityPage.Own.Order(StringComparer.Ordinal));

    [Fact]
    public void The_page_names_every_source_and_meter_that_is_sent() =>
        Assert.All(OtlpExport.Sources.Concat(OtlpExport.Meters), name => Assert.Contains($"`{name}`", ObservabilityPage.Text, StringComparison.Ordinal));

    [Fact]
    public async Task A_refusal_is_counted_by_endpoint_and_error()
    {
        await _signedIn.PostAsync("/token", SignedIn.App, ("grant_type", "authorization_code"), ("code", "none"), ("redirect_uri", SignedIn.RedirectUri), ("code_verifier", SignedIn.CodeVerifier));
        await _signedIn.SendAsync(new(HttpMethod.Get, "/authorize?client_id=nobody"));
        Assert.Equal([("/token", "invalid_grant"), ("/authorize", "invalid_request")], Heard("idp.refusals").Select(its => ((string)its.Tags["http.route"]!, (string)its.Tags["error"]!)));
    }

    [Fact]
    public async Task A_refresh_token_that_comes_back_is_counted()
    {
        var first = await _signedIn.TokensAsync(SignedIn.Spa, "openid offline_access");
        var second = await _signedIn.RefreshAsync(SignedIn.Spa, first.RefreshToken);
        await _signedIn.RefreshAsync(SignedIn.Spa, second.RefreshToken);
        _signedIn.Server.Clock.Advance(TimeSpan.FromMinutes(5));
        await _signedIn.RefreshAsync(SignedIn.Spa, first.RefreshToken);
        Assert.Equal("refresh_token", Assert.Single(Heard("idp.reuses")).Tags["of"]);
    }

    [Fact]
    public void What_the_audit_tells_of_is_counted_by_its_action()
    {
        _signedIn.Server.Get<AuditTally>().Count(AuditAction.SignInFailed, Actor.Anonymous, AuditTarget.NoUser);
        Assert.Contains(Heard("idp.events"), its => (string)its.Tags["action"]! == AuditActions.NameOf(AuditAction.SignInFailed));
    }

    [Fact]
    public async Task Queues_say_who_is_served_and_who_waits()
    {
        using var place = await _signedIn.Server.Get<Server.SignIn.PasswordHashing>().EnterAsync(SignedIn.Cancellation);
        Assert.Equal(1, Observed("idp.queue.running", "queue", Measures.Hashing));
        Assert.Equal(0, Observed("idp.queue.running", "queue", Measures.Signing));
        Assert.True(Observed("idp.queue.limit", "queue", Measures.Hashing) >= 1);
    }

    [Fact]
    public async Task The_next_signing_key_is_overdue_when_nobody_makes_it()
    {
        Assert.Equal(0, Observed("idp.keys.overdue", "alg", "RS256"));
        _signedIn.Server.Clock.Advance(TimeSpan.FromDays(29));
        Assert.Equal(TimeSpan.FromDays(1).TotalSeconds, Observed("idp.keys.overdue", "alg", "RS256"), tolerance: 1);
        await _signedIn.Server.Get<Server.Keys.KeyRing>().RenewAsync(SignedIn.Cancellation);
        Assert.Equal(0, Observed("idp.keys.overdue", "alg", "RS256"));
    }

    private double Observed(string name, string tag, string value)
    {
        lock (_heard)
            _heard.Clear();
        _listener.RecordObservableInstruments();
        return Assert.Single(Heard(name), its => (string)its.Tags[tag]! == value).Value;
    }

    private List<(string Name, double Value, Dictionary<string, object?> Tags)> Heard(string name)
    {
        lock (_heard)
            return [.. _heard.Where(its => its.Name == name)];
    }

    private void Hear(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var kept = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, tag) in tags)
            kept.Add(name, tag);
        lock (_heard)
            _heard.Add((instrument.Name, value, kept));
    }
}
