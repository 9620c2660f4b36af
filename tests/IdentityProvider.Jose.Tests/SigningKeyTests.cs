using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace IdentityProvider.Jose.Tests;

public sealed class SigningKeyTests
{
    [Theory]
    [MemberData(nameof(Given.Algorithms), MemberType = typeof(Given))]
    public void The_kid_is_the_thumbprint_and_survives_storage(string algorithm)
    {
        var key = Given.Key(algorithm);
        using var stored = SigningKey.FromPkcs8(key.Algorithm, key.ExportPkcs8());

        Assert.Equal(key.PublicKey.Thumbprint(), key.Kid);
        Assert.Equal(key.Kid, stored.Kid);
        Assert.Equal(key.Kid, stored.PublicKey.Kid);
        Assert.True(key.PublicKey.Verify(key.Algorithm, "data"u8, Sign(stored, "data"u8.ToArray())));
    }

    [Theory]
    [MemberData(nameof(Given.Algorithms), MemberType = typeof(Given))]
    public void Many_threads_sign_with_one_key_and_every_signature_verifies(string algorithm)
    {
        using var key = SigningKey.FromPkcs8(Given.Key(algorithm).Algorithm, Given.Key(algorithm).ExportPkcs8());
        var wrong = new ConcurrentBag<int>();

        Parallel.For(0, 256, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            var data = BitConverter.GetBytes(i);
            if (!key.PublicKey.Verify(key.Algorithm, data, Sign(key, data))) wrong.Add(i);
        });

        Assert.Empty(wrong);
    }

    [Fact]
    public void A_key_disposed_while_it_signs_ends_what_it_began_and_begins_no_more()
    {
        var key = SigningKey.Generate(SignatureAlgorithm.ES256);
        var publicKey = key.PublicKey;
        var wrong = new ConcurrentBag<string>();

        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, worker =>
        {
            for (var i = 0; i < 1000; i++)
            {
                if (worker == 0 && i == 200) key.Dispose();
                try
                {
                    if (!publicKey.Verify(SignatureAlgorithm.ES256, "data"u8, Sign(key, "data"u8.ToArray()))) wrong.Add("a wrong signature");
                }
                catch (ObjectDisposedException)
                {
                    // what this rule promises
                }
                catch (CryptographicException e)
                {
                    wrong.Add(e.Message);
                }
            }
        });

        Assert.Empty(wrong);
        Assert.Throws<ObjectDisposedException>(() => key.Sign([], new byte[64]));
    }

    [Fact]
    public void A_weak_key_a_wrong_curve_and_garbage_are_not_imported()
    {
        using var weak = RSA.Create(1024);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var good = Given.Rs256.ExportPkcs8();

        Assert.ThrowsAny<CryptographicException>(() => SigningKey.FromPkcs8(SignatureAlgorithm.RS256, weak.ExportPkcs8PrivateKey()));
        Assert.ThrowsAny<CryptographicException>(() => SigningKey.FromPkcs8(SignatureAlgorithm.ES256, p384.ExportPkcs8PrivateKey()));
        Assert.ThrowsAny<CryptographicException>(() => SigningKey.FromPkcs8(SignatureAlgorithm.ES256, good));
        Assert.ThrowsAny<CryptographicException>(() => SigningKey.FromPkcs8(SignatureAlgorithm.RS256, Given.Es256.ExportPkcs8()));
        Assert.ThrowsAny<CryptographicException>(() => SigningKey.FromPkcs8(SignatureAlgorithm.RS256, [.. good, 0]));
        Assert.ThrowsAny<CryptographicException>(() => SigningKey.FromPkcs8(SignatureAlgorithm.RS256, good.AsSpan(0, good.Length / 2)));
        Assert.ThrowsAny<CryptographicException>(() => SigningKey.FromPkcs8(SignatureAlgorithm.RS256, []));
    }

    [Fact]
    public void Two_generated_keys_differ() => Assert.NotEqual(Given.Rs256.Kid, Given.Stranger.Kid);

    private static byte[] Sign(SigningKey key, byte[] data)
    {
        var signature = new byte[key.SignatureLength];
        Assert.Equal(signature.Length, key.Sign(data, signature));
        return signature;
    }
}
