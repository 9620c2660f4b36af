using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Clients;

/// <summary>
/// What clients know people as (OpenID Connect Core §8): the account's own identifier, or for a pairwise client one that only its sector has, so
/// that clients of two sectors can't find out that they speak of one person. It is computed, the same for ever, and leads back to nobody
/// without the key (§8.1).
/// </summary>
public sealed class SubjectIdentifiers
{
    private readonly byte[] _key;

    /// <param name="key">The key that the master key gives for this purpose.</param>
    public SubjectIdentifiers(ReadOnlySpan<byte> key) => _key = key.ToArray();

    /// <summary>The <c>sub</c> of a person for a client.</summary>
    public string Of(Client client, Guid userId) => PairwiseOrNull(client, userId) ?? userId.ToString("D");

    /// <summary>The same where it isn't the account's own: what a grant must carry.</summary>
    public string? PairwiseOrNull(Client client, Guid userId)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (client.SubjectType != SubjectType.Pairwise)
            return null;
        var sector = client.Sector ?? throw new InvalidOperationException("A pairwise client without a sector.");

        // A host has no null byte, and an identifier 16 bytes: no two pairs are one text.
        byte[] text = [.. Encoding.UTF8.GetBytes(sector), 0, .. userId.ToByteArray(bigEndian: true)];
        return CanonicalBase64Url.Encode(HMACSHA256.HashData(_key, text));
    }
}
