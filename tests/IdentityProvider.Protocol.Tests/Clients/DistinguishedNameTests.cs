using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using FsCheck;
using FsCheck.Fluent;
using IdentityProvider.Protocol.Clients;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Clients;

/// <summary>RFC 4514: a name as it is registered, and as a certificate has it.</summary>
public sealed class DistinguishedNameTests
{
    [Theory]
    [InlineData("CN=app", "CN=app")]
    [InlineData("CN=app,O=Example,C=DE", "CN=app, O=Example, C=DE")]
    [InlineData("cn=app, o=Example", "CN=app, O=Example")]
    [InlineData("2.5.4.3=app", "CN=app")]
    [InlineData("CN=#0C03617070", "CN=app")]
    [InlineData("CN=Sue\\, Grabbit and Runn,O=A\\+B", "CN=\"Sue, Grabbit and Runn\", O=\"A+B\"")]
    [InlineData("CN=Gr\\C3\\B6\\C3\\9Fe", "CN=Größe")]
    [InlineData("CN=Größe", "CN=Größe")]
    [InlineData("OU=Sales,DC=example,DC=net", "OU=Sales, DC=example, DC=net")]
    [InlineData("CN=a\\=b=c", "CN=\"a=b=c\"")]
    [InlineData("CN=ends in a comma\\,", "CN=\"ends in a comma,\"")]
    [InlineData("CN=\\ spaced\\ ", "CN=\" spaced \"")]
    public void A_registered_name_is_the_one_in_the_certificate(string registered, string subject)
    {
        using var certificate = Certificates.Make(subject);
        Assert.Equal(DistinguishedName.Of(certificate.SubjectName), DistinguishedName.Parse(registered));
        Assert.NotNull(DistinguishedName.Parse(registered));
    }

    [Theory]
    [InlineData("CN=app", "CN=App")]
    [InlineData("CN=app", "CN=app, O=Example")]
    [InlineData("CN=app,O=Example", "CN=app")]
    [InlineData("CN=app,O=Example", "O=Example, CN=app")]
    [InlineData("O=app", "CN=app")]
    [InlineData("CN=app\\,O\\=Example", "CN=app, O=Example")]
    [InlineData("CN=app", "CN=\"app \"")]
    [InlineData("CN=app", "CN=\"app,CN=app\"")]
    public void Another_name_is_another(string registered, string subject)
    {
        using var certificate = Certificates.Make(subject);
        Assert.NotNull(DistinguishedName.Parse(registered));
        Assert.NotEqual(DistinguishedName.Of(certificate.SubjectName), DistinguishedName.Parse(registered));
    }

    [Theory]
    [InlineData("")]
    [InlineData("app")]
    [InlineData("=app")]
    [InlineData("CN=")]
    [InlineData("CN=app,")]
    [InlineData("CN=app,,O=x")]
    [InlineData(",CN=app")]
    [InlineData("CN=app+OU=x")]
    [InlineData("CN= app")]
    [InlineData("CN=app ")]
    [InlineData("CN=a;O=b")]
    [InlineData("CN=\"app\"")]
    [InlineData("CN=app\\")]
    [InlineData("CN=app\\x")]
    [InlineData("CN=\\FF")]
    [InlineData("CN=#")]
    [InlineData("CN=#0C")]
    [InlineData("CN=#0C03617070FF")]
    [InlineData("CN=#0203010001")]
    [InlineData("CN=#xyz")]
    [InlineData("Shoe=42")]
    [InlineData("1..2=x")]
    public void What_is_no_name_of_RFC_4514_is_none(string text) => Assert.Null(DistinguishedName.Parse(text));

    [Fact]
    public void A_part_of_several_attributes_is_not_taken()
    {
        var der = new AsnWriter(AsnEncodingRules.DER);
        using (der.PushSequence())
        using (der.PushSetOf())
        {
            foreach (var (type, value) in new[] { ("2.5.4.3", "app"), ("2.5.4.11", "x") })
            {
                using (der.PushSequence())
                {
                    der.WriteObjectIdentifier(type);
                    der.WriteCharacterString(UniversalTagNumber.UTF8String, value);
                }
            }
        }

        Assert.Null(DistinguishedName.Of(new X500DistinguishedName(der.Encode())));
    }

    [Fact]
    public void No_text_is_too_strange_to_be_read() =>
        Prop.ForAll<string>(text => { _ = DistinguishedName.Parse(text ?? ""); _ = DistinguishedName.Parse("CN=" + text); }).QuickCheckThrowOnFailure();

    [Fact]
    public void Whatever_the_value_its_hexadecimal_form_reads_as_it() =>
        Prop.ForAll<byte>(b =>
        {
            var value = $"a{(char)(b % 95 + 32)}b";
            var hex = Convert.ToHexString([0x0C, (byte)value.Length, .. value.Select(c => (byte)c)]);
            var escaped = string.Concat(value.Select(c => $"\\{(int)c:X2}"));
            Assert.Equal(DistinguishedName.Parse($"CN=#{hex}"), DistinguishedName.Parse($"CN={escaped}"));
        }).QuickCheckThrowOnFailure();
}
