using System.IO.Compression;
using System.Text;

using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Verifier.Rules;

namespace IdentityProvider.Verifier.Tests;

/// <summary>Keys, documents and moments that the tests start from.</summary>
internal static class Given
{
    public const string Issuer = "https://issuer.example";
    public const string Audience = "https://api.example";
    public const string ListUri = $"{Issuer}/status/7";

    public static readonly DateTimeOffset Now = new TestClock().GetUtcNow();

    public static readonly SigningKey Rs256 = SigningKey.Generate(SignatureAlgorithm.RS256);
    public static readonly SigningKey Es256 = SigningKey.Generate(SignatureAlgorithm.ES256);

    /// <summary>The key that follows on <see cref="Rs256"/>.</summary>
    public static readonly SigningKey Next = SigningKey.Generate(SignatureAlgorithm.RS256);

    /// <summary>A key that no set here knows.</summary>
    public static readonly SigningKey Stranger = SigningKey.Generate(SignatureAlgorithm.RS256);

    public static readonly JsonWebKeySet Keys = new([Rs256.PublicKey, Es256.PublicKey]);

    public static readonly VerifierOptions Options = new() { Issuer = Issuer, Audience = Audience };

    public static readonly Expected Expected = new(Options);

    public static HeldKeys Held(JsonWebKeySet? keys = null) => new(keys ?? Keys, "hash", Now);

    public static long Seconds(DateTimeOffset moment) => moment.ToUnixTimeSeconds();

    /// <summary>A good access token's claims; <paramref name="more"/> adds to them or, with null, takes away.</summary>
    public static JsonObject TokenClaims(string issuer = Issuer, DateTimeOffset? now = null, JsonObject? more = null) => With(new JsonObject
    {
        ["iss"] = issuer,
        ["aud"] = Audience,
        ["sub"] = "alice",
        ["client_id"] = "app",
        ["scope"] = "orders.read profile",
        ["iat"] = Seconds(now ?? Now),
        ["exp"] = Seconds(now ?? Now) + 900,
        ["jti"] = "jti-1",
    }, more);

    public static JsonObject Status(long index, string uri = ListUri) => new() { ["status"] = new JsonObject { ["status_list"] = new JsonObject { ["idx"] = index, ["uri"] = uri } } };

    public static string Token(JsonObject? more = null, SigningKey? key = null) => Sign(TokenClaims(more: more), "at+jwt", key);

    public static JsonObject ListClaims(byte[] bytes, string uri = ListUri, string issuer = Issuer, DateTimeOffset? now = null, long version = 0, JsonObject? more = null) => With(new JsonObject
    {
        ["iss"] = issuer,
        ["sub"] = uri,
        ["iat"] = Seconds(now ?? Now),
        ["exp"] = Seconds(now ?? Now) + 600,
        ["ttl"] = 60,
        ["ver"] = version,
        ["status_list"] = new JsonObject { ["bits"] = 2, ["lst"] = Zlib(bytes) },
    }, more);

    public static string Sign(JsonObject claims, string typ, SigningKey? key = null) => Jws.Sign(key ?? Rs256, typ, Encoding.UTF8.GetBytes(claims.ToJsonString()));

    /// <summary>A token that no honest signer would write.</summary>
    public static string Raw(string header, string payload, Func<string, byte[]> sign)
    {
        var input = $"{CanonicalBase64Url.Encode(Encoding.UTF8.GetBytes(header))}.{CanonicalBase64Url.Encode(Encoding.UTF8.GetBytes(payload))}";
        return $"{input}.{CanonicalBase64Url.Encode(sign(input))}";
    }

    public static byte[] Signature(SigningKey key, string input)
    {
        var signature = new byte[key.SignatureLength];
        key.Sign(Encoding.ASCII.GetBytes(input), signature);
        return signature;
    }

    public static string Zlib(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal)) zlib.Write(bytes);
        return CanonicalBase64Url.Encode(compressed.ToArray());
    }

    /// <summary>A list of 64 statuses of two bits, with these set.</summary>
    public static StatusList List(long version = 0, params (int Index, int Value)[] set)
    {
        var jwt = Sign(ListClaims(Bytes(set), version: version), StatusListRules.Typ);
        Assert.Null(StatusListRules.Read(jwt, ListUri, Keys, Expected, Now, out var list, out _));
        return list!;
    }

    public static byte[] Bytes(params (int Index, int Value)[] set)
    {
        var bytes = new byte[16];
        foreach (var (index, value) in set) bytes[index / 4] |= (byte)(value << (index % 4 * 2));
        return bytes;
    }

    public static IReadOnlyDictionary<string, StatusList> Lists(params StatusList[] lists) => lists.ToDictionary(list => list.Uri);

    public static int StatusAt(this StatusList list, long index) => list.Statuses.TryGet(index, out var value) ? value : -1;

    public static VerifierRefusal? Reason(this TokenVerification outcome) => (outcome as TokenVerification.Refused)?.Reason;

    private static JsonObject With(JsonObject claims, JsonObject? more)
    {
        foreach (var (name, value) in more ?? [])
        {
            if (value is null) claims.Remove(name);
            else claims[name] = value.DeepClone();
        }
        return claims;
    }
}
