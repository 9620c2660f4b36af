using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Jose;
using IdentityProvider.Verifier.Rules;
using IdentityProvider.Verifier.Shell;

namespace IdentityProvider.Verifier;

/// <summary>
/// Verifies access tokens of one issuer for one API: signature and claims (RFC 9068 §4), and their status by the issuer's status lists. Make
/// one for the life of the process; it is safe for parallel use. With what is needed held, and that is nearly always, a verification is pure
/// computation: no network, no lock. While the issuer is down it goes on with what it last got, as long as the options allow.
/// </summary>
public sealed class AccessTokenVerifier : IAsyncDisposable
{
    private readonly CancellationTokenSource _lifetime = new();
    private readonly Expected _expected;
    private readonly TimeProvider _clock;
    private readonly KeyCache _keys;
    private readonly StatusLists _lists;
    private readonly EventStream _events;
    private readonly SpentProofs _spent;
    private readonly Lock _gate = new();
    private Task? _listening;
    private bool _disposed;

    /// <summary>With a client that the caller keeps and disposes. Let it follow no redirects: an answer after one is refused.</summary>
    public AccessTokenVerifier(VerifierOptions options, HttpClient http, TimeProvider? clock = null)
        : this(options, () => http, clock) => ArgumentNullException.ThrowIfNull(http);

    /// <summary>With a source of clients, asked for one at each fetch: <c>() =&gt; factory.CreateClient("…")</c> of an IHttpClientFactory.</summary>
    /// <exception cref="ArgumentException">The options say something that can't be.</exception>
    public AccessTokenVerifier(VerifierOptions options, Func<HttpClient> http, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        _expected = new Expected(options);
        _clock = clock ?? TimeProvider.System;
        var documents = new Documents(http, _clock, options.FetchTimeout);
        _keys = new KeyCache(documents, _expected, _clock, _lifetime.Token);
        _lists = new StatusLists(documents, _keys, _expected, _clock, _lifetime.Token);
        _spent = new SpentProofs(_clock);
        _keys.Lost = _lists.DropSignedBy;
        _events = new EventStream(documents, _keys, _lists, _expected, _clock);
    }

    /// <summary>What it was made with.</summary>
    public VerifierOptions Options => _expected.Options;

    /// <summary>Whether revocations are being pushed: the event stream is open and its last word verified. Otherwise lists live by their ttl.</summary>
    public bool IsConnected => _events.IsConnected;

    /// <summary>Gets the key set and opens the event stream, so that the first request needn't. Not required; an issuer that is down is no error.</summary>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        Listen();
        if (_keys.Held is null) await _keys.RefetchAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Verifies one token: the value after <c>Bearer</c>. Never throws on what the token says or the issuer answers.</summary>
    public ValueTask<TokenVerification> VerifyAsync(string token, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(token);
        Listen();
        var held = _keys.Held;
        var decision = TokenRules.Decide(token, held, _lists.Held, _expected, _clock.GetUtcNow());
        return decision is { Keys: Need.None, List: Need.None }
            ? new(decision.Outcome)
            : VerifyAsync(token, held, decision, proofFollows: false, cancellation);
    }

    /// <summary>
    /// Verifies one token with what its request proves: one that is bound to a key by a proof of that key, for this request and never used
    /// before (RFC 9449 §7), one that is bound to a certificate by the connection's (RFC 8705 §3), and any other as a bearer's.
    /// </summary>
    public async ValueTask<TokenVerification> VerifyAsync(string token, SenderProof sender, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(sender);
        Listen();
        var held = _keys.Held;
        var decision = TokenRules.Decide(token, held, _lists.Held, _expected, _clock.GetUtcNow(), proofFollows: true);
        var outcome = decision is { Keys: Need.None, List: Need.None }
            ? decision.Outcome
            : await VerifyAsync(token, held, decision, proofFollows: true, cancellation).ConfigureAwait(false);
        if (outcome is not TokenVerification.Accepted accepted) return outcome;
        if (SenderRules.Refuse(accepted.Token, token, sender, Options, _clock.GetUtcNow(), out var proof) is { } refused) return refused;
        return proof is null ? outcome : await SpendAsync(proof, cancellation).ConfigureAwait(false) ?? outcome;
    }

    /// <summary>The nonce to hand out in <c>DPoP-Nonce</c> (RFC 9449 §9); null where the options ask for none.</summary>
    public string? Nonce => Options.NonceKey is { } key ? DPoPNonce.Of(key.Span, _clock.GetUtcNow()) : null;

    /// <summary>Where a request to this path went, as its client knows it (<see cref="VerifierOptions.Origin"/>); empty where nobody can know.</summary>
    public string UrlOf(string path) => _expected.Origin is { } origin ? origin + path : "";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task? listening;
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            listening = _listening;
        }
        await _lifetime.CancelAsync().ConfigureAwait(false);
        if (listening is not null) await listening.ConfigureAwait(false);
    }

    // Fetch and decide again, for as long as a fetch brought something: keys, then the list, then once more for a list signed by a newer key.
    private async ValueTask<TokenVerification> VerifyAsync(string token, HeldKeys? held, Decision decision, bool proofFollows, CancellationToken cancellation)
    {
        for (var round = 0; round < 4; round++)
        {
            var renewed = await _keys.MeetAsync(decision.Keys, held, cancellation).ConfigureAwait(false);
            renewed |= await _lists.MeetAsync(decision.List, decision.ListUri, decision.Held, cancellation).ConfigureAwait(false);
            if (!renewed) break;
            held = _keys.Held;
            decision = TokenRules.Decide(token, held, _lists.Held, _expected, _clock.GetUtcNow(), proofFollows);
        }
        return Explain(decision);
    }

    // Last of all: a proof that is refused for another reason is not used up.
    private async ValueTask<TokenVerification?> SpendAsync(DPoPProof proof, CancellationToken cancellation)
    {
        var name = CanonicalBase64Url.Encode(SHA256.HashData(Encoding.UTF8.GetBytes($"{proof.Thumbprint} {proof.Jti}")));
        var isFirst = Options.SpendProof is { } spend ? await spend(name, proof.ExpiresAt, cancellation).ConfigureAwait(false) : _spent.Spend(name, proof.ExpiresAt);
        return isFirst switch
        {
            null => new TokenVerification.Refused(VerifierRefusal.ProofsTooMany, $"{SpentProofs.Most} proofs are remembered"),
            true => null,
            false => new TokenVerification.Refused(VerifierRefusal.ProofReplayed, "jti was seen before"),
        };
    }

    // A document that can't be had has a better reason than that: why the fetch of it failed.
    private TokenVerification Explain(Decision decision) => decision.Outcome switch
    {
        TokenVerification.Refused { Reason: VerifierRefusal.KeysUnavailable } => _keys.Fault ?? decision.Outcome,
        TokenVerification.Refused { Reason: VerifierRefusal.StatusUnavailable } => _lists.FaultOf(decision.ListUri!) ?? decision.Outcome,
        _ => decision.Outcome,
    };

    private void Listen()
    {
        if (!Options.Push || _listening is not null) return;
        lock (_gate)
        {
            if (_listening is not null || _disposed) return;

            // The stream outlives the request that opened it, and should not keep what belongs to that.
            using (ExecutionContext.SuppressFlow()) _listening = Task.Run(() => _events.RunAsync(_lifetime.Token));
        }
    }
}
