using IdentityProvider.Protocol.Accounts;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Accounts;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("ada@example.com", "ada@example.com")]
    [InlineData("  Ada.Lovelace+idp@EXAMPLE.com ", "Ada.Lovelace+idp@example.com")]
    [InlineData("o'brien@example.co.uk", "o'brien@example.co.uk")]
    [InlineData("info@bücher.example", "info@xn--bcher-kva.example")]
    [InlineData("info@ＥＸＡＭＰＬＥ.com", "info@example.com")]
    public void Keeps_an_address_in_one_form(string typed, string kept) => Assert.Equal(kept, EmailAddress.Read(typed)?.Text);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ada")]
    [InlineData("@example.com")]
    [InlineData("ada@")]
    [InlineData("ada@localhost")]
    [InlineData("ada@[127.0.0.1]")]
    [InlineData("ada@127.0.0.1")]
    [InlineData("ada@example.com.")]
    [InlineData("ada@-example.com")]
    [InlineData("ada@exam ple.com")]
    [InlineData("a da@example.com")]
    [InlineData(".ada@example.com")]
    [InlineData("ada..lovelace@example.com")]
    [InlineData("\"ada\"@example.com")]
    [InlineData("ada,eve@example.com")]
    [InlineData("ada@example.com,eve@example.com")]
    [InlineData("ada@example.com\r\nBcc: eve@example.com")]
    [InlineData("ada\r\nBcc: eve@example.com")]
    [InlineData("Ada <ada@example.com>")]
    [InlineData("<ada@example.com>")]
    [InlineData("ada@example.com\0")]
    [InlineData("ada@example.com\u2028x")]
    public void Refuses_what_mail_can_not_be_sent_to_or_that_could_end_a_header(string? typed) => Assert.Null(EmailAddress.Read(typed));

    [Fact]
    public void Refuses_one_that_is_too_long()
    {
        Assert.NotNull(EmailAddress.Read(new string('a', 64) + "@example.com"));
        Assert.Null(EmailAddress.Read(new string('a', 65) + "@example.com"));
        Assert.Null(EmailAddress.Read("ada@" + string.Join('.', Enumerable.Repeat(new string('b', 60), 5)) + ".com"));
    }

    // An address of another script that looks alike, or that some upper case makes alike, is never another's.
    [Theory]
    [InlineData("mıke@example.com")]
    [InlineData("mi\u212Ae@example.com")]
    [InlineData("ſam@example.com")]
    [InlineData("аda@example.com")]
    public void Refuses_a_mailbox_in_other_letters_than_ASCII(string typed) => Assert.Null(EmailAddress.Read(typed));

    [Fact]
    public void A_host_that_looks_like_another_is_told_apart()
    {
        var real = EmailAddress.Read("ada@apple.com")!;
        var fake = EmailAddress.Read("ada@аpple.com")!; // its first letter is Cyrillic
        Assert.StartsWith("ada@xn--", fake.Text, StringComparison.Ordinal);
        Assert.NotEqual(real.Normalized, fake.Normalized);
    }

    [Fact]
    public void One_mailbox_is_one_however_it_is_capitalised() =>
        Assert.Equal(EmailAddress.Read("Ada@Example.COM")!.Normalized, EmailAddress.NormalizedOf("ada@example.com"));
}
