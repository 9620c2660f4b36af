using System.Text.Json.Nodes;

namespace IdentityProvider.Protocol.AsCode;

/// <summary>From what stands and what is wanted to the steps between, in an order in which each can be taken.</summary>
public static class ApplyPlan
{
    /// <param name="standing">What there is.</param>
    /// <param name="wanted">What there is to be, each thing once.</param>
    /// <param name="pruned">Of what kinds goes what is not wanted.</param>
    public static IReadOnlyList<ApplyStep> Of(IReadOnlyList<Declared> standing, IReadOnlyList<Declared> wanted, IReadOnlySet<DeclaredKind> pruned)
    {
        ArgumentNullException.ThrowIfNull(standing);
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(pruned);
        var there = standing.ToDictionary(thing => thing.Key);
        var kept = wanted.Select(thing => thing.Key).ToHashSet();

        // 1. What others need comes first: a client is decided on by the resources as they are then.
        var written = wanted.OrderBy(thing => thing.Kind).ThenBy(thing => thing.Name, StringComparer.Ordinal)
            .Select(thing => StepTo(thing, there.GetValueOrDefault(thing.Key))).OfType<ApplyStep>();

        // 2. What needs others goes first.
        var deleted = standing.Where(thing => pruned.Contains(thing.Kind) && !kept.Contains(thing.Key))
            .OrderByDescending(thing => thing.Kind).ThenBy(thing => thing.Name, StringComparer.Ordinal)
            .Select(thing => new ApplyStep(ApplyAction.Delete, thing.Kind, thing.Name, Between(thing.Document, [])));
        return [.. written, .. deleted];
    }

    // Nothing where it is as it is wanted. Its name, which may be written otherwise, stays as it stands.
    private static ApplyStep? StepTo(Declared wanted, Declared? standing)
    {
        if (standing is null)
            return new(ApplyAction.Create, wanted.Kind, wanted.Name, Between([], wanted.Document));
        var name = Declared.NameMemberOf(wanted.Kind);
        var changes = Between(standing.Document, wanted.Document).Where(change => change.Member != name).ToList();
        return changes.Count == 0 ? null : new(ApplyAction.Change, standing.Kind, standing.Name, changes);
    }

    private static IReadOnlyList<MemberChange> Between(JsonObject before, JsonObject after) =>
    [
        .. before.Select(member => member.Key).Union(after.Select(member => member.Key), StringComparer.Ordinal)
            .Where(name => !JsonNode.DeepEquals(before[name], after[name]))
            .Select(name => new MemberChange(name, before[name]?.DeepClone(), after[name]?.DeepClone())),
    ];
}

/// <summary>One step.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Kind">To what.</param>
/// <param name="Name">By its name.</param>
/// <param name="Changes">The members that differ; of what is made or deleted, all that it has.</param>
public sealed record ApplyStep(ApplyAction Action, DeclaredKind Kind, string Name, IReadOnlyList<MemberChange> Changes);

/// <summary>What a step does.</summary>
public enum ApplyAction
{
    Create,
    Change,
    Delete,
}

/// <summary>A member before and after; null where it is not there.</summary>
public sealed record MemberChange(string Member, JsonNode? Before, JsonNode? After);
