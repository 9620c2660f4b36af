using IdentityProvider.Protocol.Keys;

namespace IdentityProvider.Protocol.Tests.SigningKeys;

/// <summary>
/// Years of rotation by events: nodes whose clocks are wrong tick, race and learn of each other's keys through a database that keeps a
/// generation unique; verifiers fetch at the worst moments and never before their cache ends. The rules are the real ones.
/// </summary>
internal sealed class RotationSimulation
{
    private static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly PriorityQueue<Action, (DateTimeOffset At, int Order)> _agenda = new();
    private readonly KeySchedule _schedule;
    private readonly Dice _dice;
    private readonly List<RotationNode> _nodes;
    private readonly List<RotationVerifier> _verifiers;
    private DateTimeOffset _now = GivenKeys.Start;
    private int _order;

    public RotationSimulation(KeySchedule schedule, ulong seed, int nodeCount = 5)
    {
        _schedule = schedule;
        _dice = new Dice(seed);
        CachesLast = schedule.JwksMaxAge;

        // Two clocks are at most the skew apart.
        _nodes = [.. Enumerable.Range(0, nodeCount).Select(_ => new RotationNode(new SkewedClock(_dice, schedule.ClockSkew / 2), schedule))];

        // As many spies as nodes, each of which fetches from its node the instant before that node learns of something new, and some that just go on.
        _verifiers = [.. Enumerable.Range(0, nodeCount + 3).Select(_ => new RotationVerifier(new SkewedClock(_dice, schedule.ClockSkew / 2)))];
    }

    /// <summary>How long verifiers keep the JWKS; as long as they may, unless a test wants to see them fail.</summary>
    public TimeSpan CachesLast { get; init; }

    /// <summary>The database.</summary>
    public List<KeyLifetime> Keys { get; } = [];

    /// <summary>What must not happen, described.</summary>
    public List<string> Failures { get; } = [];

    public int Tokens { get; private set; }

    public int Verifications { get; private set; }

    public int LostRaces { get; private set; }

    /// <summary>Plans something for a true moment.</summary>
    public void At(DateTimeOffset moment, Action action) => _agenda.Enqueue(action, (moment, _order++));

    /// <summary>Runs until the end; every node ticks so often, all at nearly the same time.</summary>
    public void Run(TimeSpan duration, TimeSpan tickEvery, TimeSpan tokenEvery)
    {
        var end = GivenKeys.Start + duration;
        foreach (var node in _nodes)
        {
            Repeat(_now, tickEvery, Tick, () => Renew(node));
            Repeat(_now, tokenEvery, tokenEvery, () => Sign(node, _dice.Pick(_verifiers)));
        }

        while (_agenda.TryDequeue(out var action, out var due) && due.At <= end)
        {
            _now = due.At;
            action();
        }
    }

    /// <summary>The node is down for a while, and reads everything when it is back.</summary>
    public void Outage(int node, DateTimeOffset from, TimeSpan length)
    {
        At(from, () => _nodes[node].IsUp = false);
        At(from + length, () => Return(_nodes[node], up: true));
    }

    /// <summary>The node goes on without its database for a while.</summary>
    public void Partition(int node, DateTimeOffset from, TimeSpan length)
    {
        At(from, () => _nodes[node].Disconnect(_now));
        At(from + length, () => Return(_nodes[node], up: _nodes[node].IsUp));
    }

    /// <summary>An operator at a node rotates.</summary>
    public void Rotate(int node, DateTimeOffset at) => At(at, () => Make(_nodes[node], NextKey.Early));

    // A process that starts remembers nothing; one that was cut off may still answer with what it knows until it reads.
    private void Return(RotationNode node, bool up)
    {
        if (!node.IsUp)
            node.Forget();
        node.IsUp = up;
        if (node.ServesJwks(_now))
            _verifiers[_nodes.IndexOf(node)].Fetch(node, _now);
        node.IsConnected = true;
        if (!node.IsUp)
            return;
        node.Read(Keys, _now);
        Renew(node);
    }

    private void Repeat(DateTimeOffset moment, TimeSpan every, TimeSpan jitter, Action action) =>
        At(moment + _dice.Between(TimeSpan.Zero, jitter), () =>
        {
            Repeat(moment + every, every, jitter, action);
            action();
        });

    private void Renew(RotationNode node) => Make(node, NextKey.Decide);

    private void Make(RotationNode node, Func<Ring, KeySchedule, DateTimeOffset, NextKey?> decide)
    {
        if (!node.Reads)
            return;
        Learn(node);

        // Making the key takes a moment, in which another node may be first.
        if (decide(node.Ring, _schedule, node.Clock.At(_now)) is { } plan)
            At(_now + _dice.Between(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(600)), () => Insert(node, plan));
    }

    private void Insert(RotationNode node, NextKey plan)
    {
        if (!node.Reads)
            return;
        if (Keys.Exists(key => key.Generation == plan.Generation))
        {
            LostRaces++;
            Learn(node);
            return;
        }

        var made = GivenKeys.Key(plan);
        Keys.Add(made);
        foreach (var other in _nodes)
        {
            At(_now + _dice.Between(TimeSpan.Zero, Tick), () => Learn(other));
            SignAround(other, other.Clock.TruthOf(made.ActiveAt));
        }

        Learn(node);
    }

    private void Learn(RotationNode node)
    {
        if (!node.Reads || node.Ring.Keys.Count == Keys.Count)
            return;
        if (node.Ring.Keys.Count > 0)
            _verifiers[_nodes.IndexOf(node)].Fetch(node, _now);
        node.Read(Keys, _now);
    }

    // The switch itself: the last token of the old key and the first of the new, shown to everyone.
    private void SignAround(RotationNode node, DateTimeOffset moment)
    {
        foreach (var apart in new[] { TimeSpan.FromSeconds(-1), TimeSpan.FromMilliseconds(1), Tick, _dice.Between(Tick, _schedule.JwksMaxAge) })
            At(moment + apart, () => Sign(node, [.. _verifiers]));
    }

    private void Sign(RotationNode node, params RotationVerifier[] shownTo)
    {
        if (!node.Signs(_now))
            return;
        if (node.Ring.Signer(node.Clock.At(_now)) is not { } signer)
        {
            Failures.Add($"{_now:O}: a node has no key to sign with");
            return;
        }

        Tokens++;
        var token = new RotationToken(signer.Kid, node.Clock.At(_now) + TokenLife);
        foreach (var verifier in shownTo)
        {
            // At once, at some time, and at the last moment at which this verifier takes it, with the skew that it allows.
            At(_now, () => Verify(verifier, token));
            At(_now + _dice.Between(TimeSpan.Zero, TokenLife), () => Verify(verifier, token));
            At(verifier.Clock.TruthOf(token.ExpiresAt + _schedule.ClockSkew) - Tick, () => Verify(verifier, token));
        }
    }

    private void Verify(RotationVerifier verifier, RotationToken token)
    {
        if (verifier.Clock.At(_now) >= token.ExpiresAt + _schedule.ClockSkew)
            return;
        if (verifier.Jwks is null || _now - verifier.FetchedAt >= CachesLast)
        {
            var serving = _nodes.Where(node => node.ServesJwks(_now)).ToList();
            if (serving.Count == 0)
                return; // nobody answers: that is an outage, not a refusal
            verifier.Fetch(_dice.Pick(serving), _now);
        }

        Verifications++;
        if (!verifier.Jwks!.Contains(token.Kid))
            Failures.Add($"{_now:O}: a verifier whose JWKS is {_now - verifier.FetchedAt} old refuses {token.Kid}");
    }
}
