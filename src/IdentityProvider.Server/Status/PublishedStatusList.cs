using System.Text;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Server.Http;

namespace IdentityProvider.Server.Status;

/// <summary>One list on this node: its bits, and its signed form, which is made when somebody asks and then kept for a few seconds.</summary>
internal sealed class PublishedStatusList(int list)
{
    private readonly Lock _lock = new();
    private readonly StatusCopy _copy = new(list);
    private (long Version, string Lst)? _compressed;
    private Signed? _signed;

    public int List => list;

    public long Version
    {
        get
        {
            lock (_lock)
                return _copy.Version;
        }
    }

    public StatusChange Apply(long version, IEnumerable<StatusRange> ranges)
    {
        lock (_lock)
            return _copy.Apply(version, ranges);
    }

    /// <summary>The document, no older than a few seconds and never behind what was pushed.</summary>
    public PublicDocument Document(SigningKey key, string issuer, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_signed is { } signed && signed.IsGood(_copy.Version, key, now))
                return signed.Document;
            if (_compressed?.Version != _copy.Version)
                _compressed = (_copy.Version, _copy.Compress());
            var token = StatusListToken.Sign(key, issuer, list, _copy.Version, _compressed.Value.Lst, now);
            var document = new PublicDocument(Encoding.ASCII.GetBytes(token), StatusListToken.MediaType, StatusListToken.SignedFor);
            _signed = new Signed(document, _copy.Version, key, now);
            return document;
        }
    }

    private sealed record Signed(PublicDocument Document, long Version, SigningKey Key, DateTimeOffset At)
    {
        // By the key that signs now: a revoked one must not be heard of again. A clock may also be set back.
        public bool IsGood(long version, SigningKey key, DateTimeOffset now) =>
            Version == version && ReferenceEquals(Key, key) && now >= At && now < At + StatusListToken.SignedFor;
    }
}
