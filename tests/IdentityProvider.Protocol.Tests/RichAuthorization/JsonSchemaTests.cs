using System.Text.Json;
using IdentityProvider.Protocol.RichAuthorization;
using Xunit;

namespace IdentityProvider.Protocol.Tests.RichAuthorization;

public sealed class JsonSchemaTests
{
    [Theory]
    [InlineData("""{"title":"T","type":"string"}""", """ "x" """, true)]
    [InlineData("""{"title":"T","type":"string"}""", "1", false)]
    [InlineData("""{"title":"T","type":"string"}""", """ "line\nend" """, false)]
    [InlineData("""{"title":"T","type":"string"}""", """ "evil‮txt" """, false)]
    [InlineData("""{"title":"T","type":"string","minLength":2,"maxLength":3}""", """ "a" """, false)]
    [InlineData("""{"title":"T","type":"string","minLength":2,"maxLength":3}""", """ "😀😀😀" """, true)]
    [InlineData("""{"title":"T","type":"string","minLength":2,"maxLength":3}""", """ "abcd" """, false)]
    [InlineData("""{"title":"T","type":"string","pattern":"^[A-Z]{3}$"}""", """ "EUR" """, true)]
    [InlineData("""{"title":"T","type":"string","pattern":"^[A-Z]{3}$"}""", """ "eur" """, false)]
    [InlineData("""{"title":"T","type":"string","enum":["a","b"]}""", """ "b" """, true)]
    [InlineData("""{"title":"T","type":"string","enum":["a","b"]}""", """ "c" """, false)]
    [InlineData("""{"title":"T","type":"string","const":"a"}""", """ "a" """, true)]
    [InlineData("""{"title":"T","type":"string","const":"a"}""", """ "A" """, false)]
    [InlineData("""{"title":"T","type":"integer","minimum":1,"exclusiveMaximum":10}""", "1.0", true)]
    [InlineData("""{"title":"T","type":"integer","minimum":1,"exclusiveMaximum":10}""", "1.5", false)]
    [InlineData("""{"title":"T","type":"integer","minimum":1,"exclusiveMaximum":10}""", "0", false)]
    [InlineData("""{"title":"T","type":"integer","minimum":1,"exclusiveMaximum":10}""", "10", false)]
    [InlineData("""{"title":"T","type":"number","exclusiveMinimum":0,"maximum":1e3}""", "0.01", true)]
    [InlineData("""{"title":"T","type":"number","exclusiveMinimum":0,"maximum":1e3}""", "0", false)]
    [InlineData("""{"title":"T","type":"number","exclusiveMinimum":0,"maximum":1e3}""", "1000.01", false)]
    [InlineData("""{"title":"T","type":"number"}""", "1e400", false)]
    [InlineData("""{"title":"T","type":"boolean"}""", "true", true)]
    [InlineData("""{"title":"T","type":"boolean"}""", """ "true" """, false)]
    [InlineData("""{"title":"T","type":"array","items":{"title":"I","type":"string"},"minItems":1,"maxItems":2,"uniqueItems":true}""", """["a","b"]""", true)]
    [InlineData("""{"title":"T","type":"array","items":{"title":"I","type":"string"},"minItems":1,"maxItems":2,"uniqueItems":true}""", "[]", false)]
    [InlineData("""{"title":"T","type":"array","items":{"title":"I","type":"string"},"minItems":1,"maxItems":2,"uniqueItems":true}""", """["a","a"]""", false)]
    [InlineData("""{"title":"T","type":"array","items":{"title":"I","type":"string"},"minItems":1,"maxItems":2,"uniqueItems":true}""", """["a","b","c"]""", false)]
    [InlineData("""{"title":"T","type":"array","items":{"title":"I","type":"string"}}""", "[1]", false)]
    [InlineData("""{"title":"T","type":"object","additionalProperties":false,"properties":{"a":{"title":"A","type":"string"}},"required":["a"]}""", "{}", false)]
    [InlineData("""{"title":"T","type":"object","additionalProperties":false,"properties":{"a":{"title":"A","type":"string"}},"required":["a"]}""", """{"a":"x","type":"t"}""", false)]
    [InlineData("""{"title":"T","type":"object","additionalProperties":false,"properties":{"a":{"title":"A","type":"string"}},"required":["a"]}""", "null", false)]
    public void A_value_is_what_the_schema_says_or_not(string schema, string value, bool isAllowed)
    {
        var member = Valid("""{"title":"D","type":"object","additionalProperties":false,"properties":{"it":""" + schema + "}}");
        Assert.Equal(isAllowed, member.Allows(JsonElement.Parse("""{"type":"t","it":""" + value + "}"), "type"));
    }

    [Theory]
    [InlineData("""{"title":"D","type":"object","additionalProperties":false,"properties":{"$":{"title":"A","type":"string","format":"email"}}}""", "format")]
    [InlineData("""{"title":"D","type":"object","additionalProperties":false,"properties":{},"$ref":"https://evil.example/schema"}""", "$ref")]
    [InlineData("""{"title":"D","type":"object","additionalProperties":false,"properties":{},"anyOf":[]}""", "anyOf")]
    [InlineData("""{"title":"D","type":"object","additionalProperties":false,"properties":{},"$schema":"http://json-schema.org/draft-07/schema#"}""", "$schema")]
    [InlineData("""{"title":"D","type":"object","properties":{}}""", "additionalProperties")]
    [InlineData("""{"title":"D","type":"object","additionalProperties":true,"properties":{}}""", "additionalProperties")]
    [InlineData("""{"type":"object","additionalProperties":false,"properties":{}}""", "title")]
    [InlineData("""{"title":"D","type":"object","additionalProperties":false,"properties":{"a":{"type":"string"}}}""", "/properties/a needs a title")]
    [InlineData("""{"title":"D","type":"object","additionalProperties":false,"properties":{"a":{"title":"A"}}}""", "/properties/a needs a type")]
    [InlineData("""{"title":"D","type":"object","additionalProperties":false,"properties":{"a":{"title":"A","type":["string","null"]}}}""", "type")]
    [InlineData("""{"title":"D","type":"object","additionalProperties":false,"properties":{"a":true}}""", "object")]
    [InlineData("""{"title":"D","type":"object","additionalProperties":false,"properties":{"a":{"title":"A","type":"array"}}}""", "items")]
    [InlineData("""{"title":"D","type":"object","additionalProperties":false,"properties":{"a":{"title":"A","type":"string","minimum":1}}}""", "minimum")]
    [InlineData("""{"title":"D","type":"object","additionalProperties":false,"properties":{"a":{"title":"A","type":"string","pattern":"(a)\\1"}}}""", "pattern")]
    [InlineData("""{"title":"D","type":"object","additionalProperties":false,"properties":{"a":{"title":"A","type":"string","pattern":"\\d+"}}}""", "pattern")]
    [InlineData("""{"title":"D","type":"object","additionalProperties":false,"properties":{"a":{"title":"A","type":"string","pattern":"(?=a)"}}}""", "pattern")]
    [InlineData("""{"title":"D","type":"object","additionalProperties":false,"properties":{"a":{"title":"A","type":"string","pattern":"("}}}""", "pattern")]
    [InlineData("""{"title":"D","type":"object","additionalProperties":false,"properties":{"a":{"title":"A","type":"string","maxLength":-1}}}""", "maxLength")]
    [InlineData("""{"title":"D","type":"object","additionalProperties":false,"properties":{"a":{"title":"A","type":"string","enum":[]}}}""", "enum")]
    [InlineData("""{"title":"D","type":"object","additionalProperties":false,"properties":{"a":{"title":"A","type":"string","enum":["a"],"const":"a"}}}""", "const")]
    [InlineData("""{"title":"D","type":"object","additionalProperties":false,"properties":{"a":{"title":"A","type":"string"}},"required":["b"]}""", "required")]
    [InlineData("""{"title":"D","type":"object","additionalProperties":false,"properties":{"type":{"title":"A","type":"string"}}}""", "/properties/type")]
    [InlineData("""{"title":"D","type":"string"}""", "object")]
    [InlineData("""[]""", "object")]
    public void Refuses_a_schema_that_says_more_or_less_than_is_understood(string schema, string named)
    {
        var error = Assert.IsType<Validated<JsonSchema>.Invalid>(JsonSchema.Read(JsonElement.Parse(schema))).Error;
        Assert.Equal("schema", error.Member);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.True(PlainText.IsPlain(error.ToString(), 1000));
    }

    [Fact]
    public void Refuses_a_schema_that_is_too_deep_or_too_long()
    {
        var deep = """{"title":"S","type":"string"}""";
        for (var i = 0; i < 6; i++)
            deep = """{"title":"D","type":"object","additionalProperties":false,"properties":{"a":""" + deep + "}}";
        Assert.IsType<Validated<JsonSchema>.Invalid>(JsonSchema.Read(JsonElement.Parse(deep)));
        var longOne = """{"title":"D","type":"object","additionalProperties":false,"properties":{"a":{"title":"A","type":"string","const":" """ + new string('x', 17_000) + "\"}}}";
        Assert.IsType<Validated<JsonSchema>.Invalid>(JsonSchema.Read(JsonElement.Parse(longOne)));
    }

    [Fact]
    public void The_dialect_may_be_named_and_is_this_one() =>
        Valid("""{"$schema":"https://json-schema.org/draft/2020-12/schema","title":"D","description":"Words.","type":"object","additionalProperties":false,"properties":{}}""");

    private static JsonSchema Valid(string schema) => Assert.IsType<Validated<JsonSchema>.Valid>(JsonSchema.Read(JsonElement.Parse(schema))).Value;
}
