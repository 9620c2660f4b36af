using System.Security.Cryptography;
using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.Tests.Keys;

public sealed class MasterKeyTests
{
    private readonly MasterKey _key = Of(1);

    [Fact]
    public void Every_node_derives_the_same_key_for_a_purpose() => Assert.Equal(_key.Derive("refresh-token", 32), Of(1).Derive("refresh-token", 32));

    [Fact]
    public void Purposes_and_master_keys_have_keys_of_their_own()
    {
        Assert.NotEqual(_key.Derive("a", 32), _key.Derive("b", 32));
        Assert.NotEqual(_key.Derive("a", 32), Of(2).Derive("a", 32));
        Assert.Equal(48, _key.Derive("a", 48).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_key_of_another_size_is_refused(int length) => Assert.Throws<ArgumentException>(() => new MasterKey(new byte[length], new Entropy()));

    [Fact]
    public void What_it_encrypts_it_decrypts_and_never_encrypts_alike()
    {
        var once = _key.Encrypt("private"u8, "kid"u8);

        Assert.Equal("private"u8, _key.Decrypt(once, "kid"u8));
        Assert.NotEqual(once, _key.Encrypt("private"u8, "kid"u8));
    }

    [Fact]
    public void What_it_holds_is_cleared_when_the_process_lets_it_go()
    {
        var key = Of(1);
        var derived = key.Derive("a", 32);
        key.Dispose();

        Assert.NotEqual(derived, key.Derive("a", 32));
        using var cleared = new MasterKey(new byte[MasterKey.Length], new Entropy());
        Assert.Equal(cleared.Derive("a", 32), key.Derive("a", 32));
    }

    [Fact]
    public void Refuses_to_decrypt_for_another_kid() => Refuses(_key, _key.Encrypt("private"u8, "kid"u8), "other"u8.ToArray());

    [Fact]
    public void Refuses_to_decrypt_under_another_master_key() => Refuses(Of(2), _key.Encrypt("private"u8, "kid"u8), "kid"u8.ToArray());

    [Fact]
    public void Refuses_what_was_changed_in_any_byte_or_cut()
    {
        var encrypted = _key.Encrypt("private"u8, "kid"u8);
        for (var i = 0; i < encrypted.Length; i++)
        {
            var changed = encrypted.ToArray();
            changed[i] ^= 1;
            Refuses(_key, changed, "kid"u8.ToArray());
            Refuses(_key, encrypted[..i], "kid"u8.ToArray());
        }
    }

    [Fact]
    public void Protected_data_opens_on_every_node_for_its_chain_of_purposes_alone()
    {
        var here = new MasterKeyDataProtection(_key, new Entropy()).CreateProtector("antiforgery").CreateProtector("v1");
        var there = new MasterKeyDataProtection(Of(1), new Entropy());
        var sealedData = here.Protect([1, 2, 3]);

        Assert.Equal([1, 2, 3], there.CreateProtector("antiforgery").CreateProtector("v1").Unprotect(sealedData));
        Assert.ThrowsAny<CryptographicException>(() => there.CreateProtector("antiforgery").Unprotect(sealedData));
        Assert.ThrowsAny<CryptographicException>(() => there.CreateProtector("antiforgeryv1").Unprotect(sealedData));
        Assert.ThrowsAny<CryptographicException>(() => there.CreateProtector("v1").CreateProtector("antiforgery").Unprotect(sealedData));
        Assert.ThrowsAny<CryptographicException>(() => there.CreateProtector("antiforgery").CreateProtector("v1").CreateProtector("").Unprotect(sealedData));
    }

    private static MasterKey Of(byte fill) => new([.. Enumerable.Repeat(fill, MasterKey.Length)], new Entropy());

    private static void Refuses(MasterKey key, byte[] encrypted, byte[] kid) =>
        Assert.ThrowsAny<CryptographicException>(() => key.Decrypt(encrypted, kid));
}
