using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Admin;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Admin;

public sealed class AdminCursorTests
{
    [Theory]
    [InlineData("app")]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("名前")]
    public void A_cursor_gives_back_what_it_was_made_of(string last)
    {
        Assert.True(AdminCursor.TryRead(AdminCursor.Write("listClients&q", last), "listClients&q", out var read));
        Assert.Equal(last, read);
    }

    [Fact]
    public void A_cursor_of_another_list_or_of_nobody_is_none()
    {
        var cursor = AdminCursor.Write("listClients&", "app");
        foreach (var (text, list) in new[] { (cursor, "listClients&x"), (cursor, "listUsers&"), ("app", "listClients&"), ("", "listClients&"), ("€", "listClients&"), (new string('A', 4000), "listClients&") })
            Assert.False(AdminCursor.TryRead(text, list, out _), text);
        Assert.False(AdminCursor.TryRead(AdminCursor.Write("l", "a\0b"), "l", out _));
    }
}

public sealed class EntityTagTests
{
    [Fact]
    public void The_same_document_in_another_order_is_the_same_version()
    {
        var tag = EntityTag.Of(JsonNode.Parse("""{"a":1,"b":{"c":[1,2,null],"d":"x"}}""")!);
        Assert.Equal(tag, EntityTag.Of(JsonNode.Parse("""{ "b": { "d": "x", "c": [1, 2, null] }, "a": 1 }""")!));
        Assert.NotEqual(tag, EntityTag.Of(JsonNode.Parse("""{"a":1,"b":{"c":[2,1,null],"d":"x"}}""")!));
        Assert.NotEqual(EntityTag.Of(JsonNode.Parse("""{"a":["b","c"]}""")!), EntityTag.Of(JsonNode.Parse("""{"a":["b,c"]}""")!));
        Assert.Matches("^\"[A-Za-z0-9_-]{22}\"$", tag);
    }

    [Fact]
    public void If_Match_holds_for_the_version_named_or_for_any_and_never_for_a_weak_one()
    {
        var tag = EntityTag.Of("1");
        Assert.True(EntityTag.Holds(tag, tag));
        Assert.True(EntityTag.Holds($"\"other\", {tag}", tag));
        Assert.True(EntityTag.Holds("*", tag));
        Assert.False(EntityTag.Holds("W/" + tag, tag));
        Assert.False(EntityTag.Holds("\"other\"", tag));
        Assert.False(EntityTag.Holds("", tag));
    }
}
