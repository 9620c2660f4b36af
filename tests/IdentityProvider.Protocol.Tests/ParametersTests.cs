using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace IdentityProvider.Protocol.Tests;

public sealed class ParametersTests
{
    [Fact]
    public void Reads_names_and_values_in_form_encoding()
    {
        var parameters = Given.Parameters("a=1&b+c=%C3%A9%20%2B+x&d=e=f&&line=a%0D%0A%09b");
        Assert.Equal("1", parameters["a"]);
        Assert.Equal("é + x", parameters["b c"]);
        Assert.Equal("e=f", parameters["d"]);
        Assert.Equal("a\r\n\tb", parameters["line"]);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a=")]
    [InlineData("")]
    [InlineData("b=1")]
    public void A_parameter_without_a_value_counts_as_absent(string form)
    {
        var parameters = Given.Parameters(form);
        Assert.Null(parameters["a"]);
        Assert.False(parameters.Has("a"));
        Assert.Empty(parameters.All("a"));
    }

    [Fact]
    public void What_comes_decoded_is_held_to_the_same_rules()
    {
        Assert.True(Parameters.Of([("a", "1"), ("b", ""), ("resource", "x"), ("resource", "y"), ("text", "{\r\n\t\"é\"}")]).Try(out var parameters, out _));
        Assert.Equal(("1", null, "{\r\n\t\"é\"}"), (parameters["a"], parameters["b"], parameters["text"]));
        Assert.Equal(["x", "y"], parameters.All("resource"));
        foreach (var (pairs, expected) in new[]
        {
            ((List<(string, string)>)[("a", "1"), ("a", "")], Refusal.ParameterRepeated), ([("a", "\0")], Refusal.ParameterMalformed), ([("a\x0B", "1")], Refusal.ParameterMalformed), ([("a", "\x7F")], Refusal.ParameterMalformed),
            ([.. Enumerable.Range(0, Parameters.MostParameters + 1).Select(i => ($"{i}", "1"))], Refusal.TooManyParameters),
        })
        {
            Assert.False(Parameters.Of(pairs).Try(out _, out var reason));
            Assert.Equal(expected, reason);
        }
    }

    [Theory]
    [InlineData("a=1&a=2")]
    [InlineData("a=1&a=1")]
    [InlineData("a=&a=1")]
    [InlineData("scope=x&%73cope=y")]
    public void Refuses_a_parameter_given_twice(string form) => Assert.Equal(Refusal.ParameterRepeated, Refused(form));

    [Fact]
    public void A_resource_may_be_repeated_and_keeps_its_order() =>
        Assert.Equal(["https://two", "https://one"], Given.Parameters("resource=https://two&resource=&resource=https://one").All("resource"));

    [Theory]
    [InlineData("a=%")]
    [InlineData("a=%4")]
    [InlineData("a=%zz")]
    [InlineData("a=%+1")]
    [InlineData("%=1")]
    [InlineData("a=%00")]
    [InlineData("a=\0")]
    [InlineData("a=%1B")]
    [InlineData("a=%7F")]
    [InlineData("a=%FF")]
    [InlineData("a=%C3")]
    [InlineData("a=%C0%AF")] // an overlong slash
    [InlineData("a=%ED%A0%80")] // half a surrogate pair
    public void Refuses_what_is_not_correctly_encoded(string form) => Assert.Equal(Refusal.ParameterMalformed, Refused(form));

    [Fact]
    public void Refuses_more_parameters_than_any_request_has()
    {
        Assert.Equal(Parameters.MostParameters, Given.Parameters(Many(Parameters.MostParameters)).Names.Count);
        Assert.Equal(Refusal.TooManyParameters, Refused(Many(Parameters.MostParameters + 1)));
        Assert.Equal(Refusal.TooManyParameters, Refused(string.Concat(Enumerable.Repeat("resource=a&", 101))));
    }

    [Fact]
    public void What_was_read_is_written_so_that_it_reads_the_same() =>
        Prop.ForAll<NonEmptyString, NonEmptyString>((name, value) =>
        {
            if (Read($"{Uri.EscapeDataString(name.Get)}={Uri.EscapeDataString(value.Get)}") is not Decision<Parameters>.Allowed read)
                return true; // control characters and lone surrogates
            return Given.Parameters(read.Value.ToQuery())[name.Get] == read.Value[name.Get];
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_name_that_comes_twice_is_refused_wherever_and_however_it_is_written() =>
        Prop.ForAll<NonEmptyString, NonNegativeInt>((name, at) =>
        {
            var once = Uri.EscapeDataString(name.Get) + "=1";
            if (name.Get is "resource" or "audience" || Read(once) is not Decision<Parameters>.Allowed)
                return true;
            var others = Enumerable.Range(0, 5).Select(i => $"{Uri.EscapeDataString(name.Get + i)}=x").ToList();
            others.Insert(at.Get % 5, string.Concat(Encoding.UTF8.GetBytes(name.Get).Select(b => $"%{b:x2}")) + "=2");
            return Read(once + "&" + string.Join('&', others)) is Decision<Parameters>.Refused { Reason: Refusal.ParameterRepeated };
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_chosen_and_what_is_left_are_all_there_is() =>
        Prop.ForAll<NonNegativeInt>(mask =>
        {
            var all = Given.Parameters("a=1&b=2&c=3&resource=x&resource=y&d=4");
            string[] some = [.. all.Names.Where((_, i) => (mask.Get >> i & 1) == 1)];
            var (chosen, left) = (all.Only(some), all.Without(some));
            return chosen.Names.Order().SequenceEqual(some.Order()) && left.Names.Order().SequenceEqual(all.Names.Except(some).Order())
                && all.Names.All(name => (chosen.Has(name) ? chosen : left).All(name).SequenceEqual(all.All(name)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Reading_never_throws() =>
        Prop.ForAll<byte[]>(bytes => Parameters.Parse(bytes ?? []) is not null).QuickCheckThrowOnFailure();

    private static string Many(int count) => string.Join('&', Enumerable.Range(0, count).Select(i => $"p{i}=v"));

    private static Refusal Refused(string form) => Given.Refused(Read(form));

    private static Decision<Parameters> Read(string form) => Parameters.Parse(Encoding.UTF8.GetBytes(form));
}
