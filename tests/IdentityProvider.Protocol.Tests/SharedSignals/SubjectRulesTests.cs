using System.Text;
using IdentityProvider.Protocol.SharedSignals;
using Xunit;

namespace IdentityProvider.Protocol.Tests.SharedSignals;

/// <summary>SSF 1.0 §8.1.3, RFC 9493: whom a receiver names.</summary>
public sealed class SubjectRulesTests
{
    [Theory]
    [InlineData("""{"format":"iss_sub","iss":"https://issuer.example","sub":"248289761001"}""")]
    [InlineData("""{"format":"complex","user":{"format":"iss_sub","iss":"https://issuer.example","sub":"248289761001"}}""")]
    public void A_person_is_named_by_issuer_and_sub(string subject)
    {
        var named = Assert.IsType<Validated<NamedSubject>.Valid>(Read($$"""{"stream_id":"{{Given.SessionId:N}}","subject":{{subject}},"verified":true}""")).Value;
        Assert.Equal(new NamedSubject(Given.SessionId, "248289761001"), named);
    }

    [Theory]
    [InlineData("""{"stream_id":"a"}""")]
    [InlineData("""{"subject":"248289761001"}""")]
    [InlineData("""{"subject":{"format":"email","email":"alice@example.com"}}""")]
    [InlineData("""{"subject":{"format":"iss_sub","iss":"https://other.example","sub":"a"}}""")]
    [InlineData("""{"subject":{"format":"iss_sub","iss":"https://issuer.example"}}""")]
    [InlineData("""{"subject":{"format":"iss_sub","iss":"https://issuer.example","sub":""}}""")]
    [InlineData("""{"subject":{"format":"iss_sub","iss":"https://issuer.example","sub":"a\u0000"}}""")]
    [InlineData("""{"subject":{"format":"iss_sub","iss":"https://issuer.example","sub":7}}""")]
    [InlineData("""{"subject":{"format":"complex","user":{"format":"iss_sub","iss":"https://issuer.example","sub":"a"},"device":{"format":"opaque","id":"b"}}}""")]
    public void Refuses_any_other_subject(string body) => Assert.Equal("subject", Assert.IsType<Validated<NamedSubject>.Invalid>(Read(body)).Error.Member);

    [Theory]
    [InlineData("""{"subject":{"format":"\ud800"}}""")]
    [InlineData("""{"subject":{"format":"iss_sub","iss":"https://issuer.example","sub":"\udc00"}}""")]
    [InlineData("""{"\ud800":{}}""")]
    public void Half_of_a_surrogate_pair_is_no_text(string body) => Assert.Equal("metadata", Assert.IsType<Validated<NamedSubject>.Invalid>(Read(body)).Error.Member);

    private static Validated<NamedSubject> Read(string body) => SubjectRules.Read(Encoding.UTF8.GetBytes(body), Given.Issuer);
}
