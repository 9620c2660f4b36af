using FsCheck;
using FsCheck.Fluent;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Tokens;

public sealed class RefreshTokenTests
{
    [Fact]
    public void The_text_is_the_same_each_time_and_reads_back()
    {
        var text = Given.RefreshToken(41).Compute(Given.RefreshKey);

        Assert.Equal(RefreshToken.TextLength, text.Length);
        Assert.Equal(text, Given.RefreshToken(41).Compute(Given.RefreshKey));
        var read = Given.Allowed(RefreshToken.Parse(text, Given.RefreshKey));
        Assert.Equal((Given.FamilyId, 41), (read.FamilyId, read.Generation));
    }

    [Fact]
    public void Each_generation_and_each_key_gives_another_text()
    {
        var text = Given.RefreshToken(1).Compute(Given.RefreshKey);
        Assert.NotEqual(text, Given.RefreshToken(2).Compute(Given.RefreshKey));
        Assert.NotEqual(text, Given.RefreshToken(1).Compute(new byte[32]));
    }

    [Fact]
    public void Refuses_a_token_made_with_another_key() =>
        Assert.Equal(Refusal.RefreshTokenUnknown, Given.Refused(RefreshToken.Parse(Given.RefreshToken(1).Compute(new byte[32]), Given.RefreshKey)));

    [Fact]
    public void Refuses_a_token_with_any_one_bit_changed()
    {
        var bytes = CanonicalBase64Url.DecodeOrNull(Given.RefreshToken(1).Compute(Given.RefreshKey))!;
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var changed = bytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            var expected = bit < 8 ? Refusal.RefreshTokenMalformed : Refusal.RefreshTokenUnknown;
            Assert.Equal(expected, Given.Refused(RefreshToken.Parse(CanonicalBase64Url.Encode(changed), Given.RefreshKey)));
        }
    }

    [Fact]
    public void Refuses_every_other_spelling()
    {
        var text = Given.RefreshToken(1).Compute(Given.RefreshKey);
        foreach (var other in new[] { "", " " + text, text + "=", text[..^1], text + "A", text.Replace('-', '+').Replace('_', '/') + " ", new string('é', text.Length) })
            Assert.Equal(Refusal.RefreshTokenMalformed, Given.Refused(RefreshToken.Parse(other, Given.RefreshKey)));
    }

    [Fact]
    public void Reading_never_throws() =>
        Prop.ForAll<string>(text => RefreshToken.Parse(text ?? "", Given.RefreshKey) is Decision<RefreshToken>.Refused).QuickCheckThrowOnFailure();
}
