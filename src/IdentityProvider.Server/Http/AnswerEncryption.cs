using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Server.Http;

/// <summary>Finds the key that a client's answers are encrypted for (OpenID Connect Core §10.2), before anything is spent on them.</summary>
internal sealed class AnswerEncryption(ClientKeys keys, Entropy entropy)
{
    /// <summary>For whom an answer is: sealed for a key of the client, or as it is where it registered no encryption.</summary>
    /// <param name="client">Who gets it.</param>
    /// <param name="algorithm">What it registered for this answer.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<Decision<Recipient>> FindAsync(Client client, EncryptionAlgorithm? algorithm, CancellationToken cancellation)
    {
        if (algorithm is null)
            return Recipient.InTheClear;
        var set = await keys.FindSetAsync(client, set => EncryptionKey.Select(set.EncryptionKeys, algorithm) is not null, cancellation);
        return EncryptionKey.Select(set.EncryptionKeys, algorithm) is { } key ? new Recipient(key, entropy) : Refusal.EncryptionKeyMissing;
    }
}

/// <summary>Whom an answer is sealed for.</summary>
internal sealed class Recipient
{
    private readonly EncryptionKey? _key;
    private readonly Entropy? _entropy;

    private Recipient()
    {
    }

    internal Recipient(EncryptionKey key, Entropy entropy)
    {
        _key = key;
        _entropy = entropy;
    }

    public static Recipient InTheClear { get; } = new();

    /// <summary>The JWT as it goes out; null stays null.</summary>
    public string? Seal(string? jwt) => jwt is null || _key is null ? jwt : Jwe.Encrypt(jwt, _key, _entropy!.Bytes(Jwe.RandomLength));
}
