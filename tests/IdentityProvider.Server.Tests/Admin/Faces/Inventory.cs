namespace IdentityProvider.Server.Tests.Admin.Faces;

/// <summary>What is told of the three faces, and what one of them lacks.</summary>
internal static class Inventory
{
    private const string ByAFile = "reads a file or a database of another product at the machine that has it, as large as a whole realm; what it brings is planned and taken part by part";

    public static IReadOnlyList<Story> Stories { get; } = [.. ClientStories.All, .. TrustStories.All, .. PeopleStories.All, .. OperatingStories.All, .. DocumentStories.All];

    /// <summary>Operations of the Admin API that a face lacks: why.</summary>
    public static IReadOnlyDictionary<(string Operation, string Face), string> Lacking { get; } = new Dictionary<(string, string), string>
    {
        [("planImport", "console")] = ByAFile,
        [("applyImport", "console")] = ByAFile,
    };

    /// <summary>Commands that the Admin API has no operation for: why.</summary>
    public static IReadOnlyDictionary<string, string> CommandsAlone { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["serve"] = "is the server",
        ["doctor"] = "looks at the machine",
        ["database migrate"] = "is of the machine",
        ["database script"] = "is of the machine",
        ["database prune"] = "is of the machine: a server prunes by itself",
        ["database run"] = "is of the machine",
        ["database restored"] = "is done while no server runs",
        ["advise"] = "asks nobody; the console's registration asks the same questions",
        ["completion"] = "is of the shell",
        ["complete"] = "is of the shell",
        ["login"] = "is how a command comes to act at a server",
        ["logout"] = "the same",
        ["import openiddict"] = "reads another product's database, and then is the import that Keycloak's story tells",
        ["import duende"] = "the same",
        ["resources metadata"] = "writes, of what listResources tells, the file that an API serves by itself (RFC 9728)",
    };

    /// <summary>Forms of the console that are no operation of the Admin API: why.</summary>
    public static IReadOnlyDictionary<string, string> FormsAlone { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["/clients/{client_id}/test"] = "signs the person in by the client's own flow",
        ["/clients/{client_id}/test/forget"] = "takes the address of that away again",
    };
}
