using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using IdentityProvider.Protocol.AsCode;
using Xunit;

namespace IdentityProvider.Protocol.Tests.AsCode;

/// <summary>The steps from what stands to what is wanted.</summary>
public sealed class ApplyPlanTests
{
    private static readonly HashSet<DeclaredKind> Nothing = [];
    private static readonly HashSet<DeclaredKind> Everything = [.. Enum.GetValues<DeclaredKind>()];

    /// <summary>A few things of each kind that may name each other, so that two of them often differ in a little.</summary>
    private static readonly Gen<List<Declared>> Things =
        from kinds in Gen.Elements(Enum.GetValues<DeclaredKind>()).ListOf(12)
        from names in Gen.Elements("a", "b", "c", "d").ListOf(12)
        from values in Gen.Elements("", "1", "2", "[1,2]", "[2,1]").ListOf(12)
        select kinds.Zip(names, values).Select(one => Thing(one.First, one.Second, one.Third)).DistinctBy(thing => thing.Key).ToList();

    private static readonly Arbitrary<(List<Declared> Standing, List<Declared> Wanted)> Pairs = Arb.From(from standing in Things from wanted in Things select (standing, wanted));

    [Fact]
    public void Taking_the_steps_from_one_to_another_gives_the_other() => Prop.ForAll(Pairs, pair =>
        AssertSame(pair.Wanted, Take(pair.Standing, ApplyPlan.Of(pair.Standing, pair.Wanted, Everything)))).QuickCheckThrowOnFailure();

    [Fact]
    public void There_is_nothing_left_to_do_after_it() => Prop.ForAll(Pairs, pair =>
        Assert.Empty(ApplyPlan.Of(Take(pair.Standing, ApplyPlan.Of(pair.Standing, pair.Wanted, Everything)), pair.Wanted, Everything))).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_not_pruned_stays() => Prop.ForAll(Pairs, pair =>
    {
        var unnamed = pair.Standing.Where(thing => pair.Wanted.All(wanted => wanted.Key != thing.Key));
        AssertSame([.. pair.Wanted, .. unnamed], Take(pair.Standing, ApplyPlan.Of(pair.Standing, pair.Wanted, Nothing)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_others_need_is_there_before_them_and_goes_after_them() => Prop.ForAll(Pairs, pair =>
    {
        var steps = ApplyPlan.Of(pair.Standing, pair.Wanted, Everything);
        var (written, deleted) = (steps.TakeWhile(step => step.Action != ApplyAction.Delete).ToList(), steps.SkipWhile(step => step.Action != ApplyAction.Delete).ToList());
        Assert.Equal(written.OrderBy(step => step.Kind), written);
        Assert.Equal(deleted.OrderByDescending(step => step.Kind), deleted);
        Assert.All(deleted, step => Assert.Equal(ApplyAction.Delete, step.Action));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_change_names_the_members_that_differ_and_no_other()
    {
        var step = Assert.Single(ApplyPlan.Of(
            [Of(DeclaredKind.Client, """{"client_id":"app","scope":"openid","client_name":"App","contacts":["a"]}""")],
            [Of(DeclaredKind.Client, """{"contacts":["a"],"client_id":"app","scope":"openid email","tos_uri":"https://app.example/tos"}""")],
            Nothing));

        Assert.Equal(ApplyAction.Change, step.Action);
        Assert.Equal(
            ["scope: \"openid\" \"openid email\"", "client_name: \"App\" ", "tos_uri:  \"https://app.example/tos\""],
            step.Changes.Select(change => $"{change.Member}: {change.Before?.ToJsonString()} {change.After?.ToJsonString()}"));
    }

    [Fact]
    public void A_role_is_the_same_however_its_name_is_written_and_keeps_it() =>
        Assert.Equal("Admin", Assert.Single(ApplyPlan.Of(
            [Of(DeclaredKind.Role, """{"role":"Admin","require_mfa":false}"""), Of(DeclaredKind.Role, """{"role":"Staff","require_mfa":false}""")],
            [Of(DeclaredKind.Role, """{"role":"admin","require_mfa":true}"""), Of(DeclaredKind.Role, """{"role":"STAFF","require_mfa":false}""")],
            Everything)).Name);

    [Fact]
    public void A_client_is_another_when_its_name_is_written_otherwise() =>
        Assert.Equal([ApplyAction.Create, ApplyAction.Delete], ApplyPlan.Of(
            [Of(DeclaredKind.Client, """{"client_id":"App"}""")], [Of(DeclaredKind.Client, """{"client_id":"app"}""")], Everything).Select(step => step.Action));

    /// <summary>What the steps say, done to copies: nothing but the steps is looked at.</summary>
    private static List<Declared> Take(List<Declared> standing, IReadOnlyList<ApplyStep> steps)
    {
        var now = standing.ToDictionary(thing => (thing.Kind, thing.Name), thing => thing.Document.DeepClone().AsObject());
        foreach (var step in steps)
        {
            var key = (step.Kind, step.Name);
            if (step.Action == ApplyAction.Create)
                now.Add(key, []);
            foreach (var change in step.Changes)
            {
                Assert.True(JsonNode.DeepEquals(change.Before, now[key][change.Member]));
                now[key].Remove(change.Member);
                if (change.After is { } after)
                    now[key][change.Member] = after.DeepClone();
            }

            if (step.Action == ApplyAction.Delete)
            {
                Assert.Empty(now[key]);
                now.Remove(key);
            }
        }

        return [.. now.Select(thing => new Declared(thing.Key.Kind, thing.Key.Name, thing.Value))];
    }

    private static void AssertSame(List<Declared> expected, List<Declared> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        Assert.All(expected, thing => Assert.Contains(actual, thing.IsSameAs));
        Assert.Equal(ConfigurationDocument.Write(expected, Everything).Length, ConfigurationDocument.Write(actual, Everything).Length);
    }

    private static Declared Thing(DeclaredKind kind, string name, string value)
    {
        var document = new JsonObject { [Declared.NameMemberOf(kind)] = name };
        if (value.Length > 0)
            document["value"] = JsonNode.Parse(value);
        return new(kind, name, document);
    }

    private static Declared Of(DeclaredKind kind, string json)
    {
        var document = JsonNode.Parse(json)!.AsObject();
        return new(kind, document[Declared.NameMemberOf(kind)]!.GetValue<string>(), document);
    }
}
