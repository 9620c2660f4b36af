using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Import;
using IdentityProvider.Server.Admin.AsCode;

namespace IdentityProvider.Server.Admin.Import;

/// <summary>What is told of an import: before it, what it would do; after it, what it did.</summary>
/// <param name="Steps">Of configuration, as documents.</param>
/// <param name="People">How many accounts.</param>
/// <param name="Left">What stays behind.</param>
internal sealed record ImportShown(IReadOnlyList<JsonObject> Steps, PeopleCount People, IReadOnlyList<LeftBehind> Left)
{
    public bool IsNothing => Steps.Count == 0 && People.Made + People.Changed == 0;

    public static ImportShown Planned(PreparedImport prepared) => new(
        [.. prepared.Steps.Select(StepDocuments.Of)],
        new(prepared.People.Steps.Count(step => step.IsNew), prepared.People.Steps.Count(step => !step.IsNew), prepared.People.Standing),
        prepared.Left);

    /// <summary>Both together, of an import in parts.</summary>
    public ImportShown And(ImportShown more) => new(
        [.. Steps, .. more.Steps], new(People.Made + more.People.Made, People.Changed + more.People.Changed, People.Standing + more.People.Standing), [.. Left, .. more.Left]);
}
