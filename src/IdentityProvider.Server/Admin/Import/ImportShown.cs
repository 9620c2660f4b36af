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
    private const int ShownNames = 3;

    public bool IsNothing => Steps.Count == 0 && People.Made + People.Changed == 0;

    public static ImportShown Planned(PreparedImport prepared) => new(
        [.. prepared.Steps.Select(StepDocuments.Of)],
        new(prepared.People.Steps.Count(step => step.IsNew), prepared.People.Steps.Count(step => !step.IsNew), prepared.People.Standing),
        prepared.Left);

    /// <summary>What is worth a second thought of it.</summary>
    public static IEnumerable<string> WarningsOf(PreparedImport prepared)
    {
        var linked = prepared.People.Steps.Where(step => !step.IsNew && step.Links.Count > 0).Select(step => step.Person.Username).ToList();
        string[] more = linked.Count == 0 ? [] : [$"{linked.Count} of the accounts that are here get another way in, by a link to another identity provider ({string.Join(", ", linked.Take(ShownNames))}{(linked.Count > ShownNames ? ", …" : "")}): whoever has it there is them here"];
        return [.. StepDocuments.WarningsOf(prepared.Steps), .. more];
    }

    /// <summary>Both together, of an import in parts.</summary>
    public ImportShown And(ImportShown more) => new(
        [.. Steps, .. more.Steps], new(People.Made + more.People.Made, People.Changed + more.People.Changed, People.Standing + more.People.Standing), [.. Left, .. more.Left]);
}
