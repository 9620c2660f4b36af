using System.Collections.Concurrent;
using System.Text.Json;

namespace IdentityProvider.Jose.Tests;

public sealed class JwtWriterTests
{
    [Theory]
    [MemberData(nameof(Given.Algorithms), MemberType = typeof(Given))]
    public void What_is_written_is_what_is_verified(string algorithm)
    {
        var token = JwtWriter.Sign(Given.Key(algorithm), "at+jwt", "alice + bob ✓ <b>", WriteClaims);

        var verified = Assert.IsType<JwtVerification.Verified>(Jwt.Verify(token, Given.Keys, Given.Expectations, Given.Now));
        Assert.Equal("alice + bob ✓ <b>", verified.StringOrNull("sub"));
        Assert.Null(Given.Refusal(JwtWriter.Sign(Given.Key(algorithm), "at+jwt", writer => WriteClaims(writer, "x"))));
    }

    [Fact]
    public void The_header_and_the_claims_are_not_escaped_more_than_json_asks()
    {
        var parts = JwtWriter.Sign(Given.Rs256, "at+jwt", "a+b/c'é", WriteClaims).Split('.');

        Assert.Contains("\"at+jwt\"", System.Text.Encoding.UTF8.GetString(Vectors.Bytes(parts[0])), StringComparison.Ordinal);
        Assert.Contains("\"a+b/c'é\"", System.Text.Encoding.UTF8.GetString(Vectors.Bytes(parts[1])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_writer_that_throws_half_way_leaves_nothing_for_the_next_token()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Throws<InvalidOperationException>(() => JwtWriter.Sign(Given.Es256, "at+jwt", static writer =>
            {
                writer.WriteString("secret", "of another");
                writer.WriteStartArray("open");
                throw new InvalidOperationException();
            }));
            var verified = Assert.IsType<JwtVerification.Verified>(Jwt.Verify(JwtWriter.Sign(Given.Es256, "at+jwt", "x", WriteClaims), Given.Keys, Given.Expectations, Given.Now));
            Assert.False(verified.Claims.TryGetProperty("secret", out _));
        }
    }

    [Fact]
    public void Many_threads_never_mix_their_claims()
    {
        var wrong = new ConcurrentBag<string>();

        Parallel.For(0, 500, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            var subject = new string((char)('a' + (i % 26)), (i % 50) + 1);
            var token = JwtWriter.Sign(Given.Es256, "at+jwt", subject, WriteClaims);
            if (Jwt.Verify(token, Given.Keys, Given.Expectations, Given.Now) is not JwtVerification.Verified verified || verified.StringOrNull("sub") != subject) wrong.Add(subject);
        });

        Assert.Empty(wrong);
    }

    [Fact]
    public void Large_claims_are_signed_and_their_buffer_is_not_kept()
    {
        var token = JwtWriter.Sign(Given.Es256, "at+jwt", new string('x', 200_000), WriteClaims);

        Assert.Null(Given.Refusal(token, Given.Expectations with { MaxLength = token.Length }));
    }

    [Theory]
    [MemberData(nameof(Given.Algorithms), MemberType = typeof(Given))]
    public void A_token_costs_its_own_string_and_little_more(string algorithm)
    {
        var key = Given.Key(algorithm);
        var length = JwtWriter.Sign(key, "at+jwt", "alice", WriteClaims).Length;
        const int rounds = 200;

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < rounds; i++) JwtWriter.Sign(key, "at+jwt", "alice", WriteClaims);
        var perToken = (GC.GetAllocatedBytesForCurrentThread() - before) / rounds;

        Assert.InRange(perToken, 0, (2 * length) + 1024);
    }

    private static void WriteClaims(Utf8JsonWriter writer, string subject)
    {
        writer.WriteString("iss", Given.Issuer);
        writer.WriteString("sub", subject);
        writer.WriteString("aud", Given.Audience);
        writer.WriteNumber("exp", Given.At(60));
    }
}
