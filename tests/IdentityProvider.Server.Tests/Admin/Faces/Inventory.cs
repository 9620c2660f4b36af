namespace IdentityProvider.Server.Tests.Admin.Faces;

/// <summary>What is told of the three faces, and what one of them lacks.</summary>
internal static class Inventory
{
    private const string OnTheWay = "its operation of the Admin API is on its way";

    /// <summary>What comes tonight, by the names that it will have: told as it lands.</summary>
    public static IReadOnlyList<string> Awaited { get; } =
    [
        "revokeToken", "inspectToken", "deleteAuthorizationDetailsType", "getAuthorizationDetailsType", "listAuthorizationDetailsTypes", "createAuthorizationDetailsType",
        "deleteTrustedIssuer", "getTrustedIssuer", "listTrustedIssuers", "createTrustedIssuer", "linkUser", "unlinkUser", "listHistory", "exportAudit", "verifyAudit",
        "exportConfiguration", "planConfiguration", "applyConfiguration", "planImport", "applyImport",
        "/configuration/apply", "/configuration/plan", "/families/{family}/end",
    ];

    public static IReadOnlyList<Story> Stories { get; } = [.. ClientStories.All, .. PeopleStories.All, .. OperatingStories.All];

    /// <summary>Operations of the Admin API that a face lacks: why.</summary>
    public static IReadOnlyDictionary<(string Operation, string Face), string> Lacking { get; } = new Dictionary<(string, string), string>
    {
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
        ["import keycloak"] = "reads files of another product, and is done once",
        ["import openiddict"] = "reads a database of another product, and is done once",
        ["import duende"] = "reads a database of another product, and is done once",
        ["apply"] = "takes many steps, each of which is an operation",
        ["clients import"] = "takes many steps, each of which is an operation",
        ["clients export"] = "is the list of clients in a file",
        ["resources metadata"] = "is a document that is served in the open",
        ["tokens inspect"] = "takes a token, which no address may hold; /introspect is its face for programs",
        ["audit export"] = "is the list of lines in a file",
        ["audit verify"] = "is a proof that belongs to whoever holds the database; the console has it for short chains",
        ["users history"] = "the console has it on a person's page",
        ["users link"] = "whoever says who speaks for an account may be anybody: it is no program's to say",
        ["users unlink"] = "goes with it",
        ["issuers create"] = "whoever may name an issuer may be anybody: it is no program's to say",
        ["issuers list"] = "goes with it",
        ["issuers show"] = "goes with it",
        ["issuers delete"] = "goes with it",
        ["authorization-details-types create"] = "its schema is what people read when they are asked",
        ["authorization-details-types list"] = "goes with it",
        ["authorization-details-types show"] = "goes with it",
        ["authorization-details-types delete"] = "goes with it",
    };

    /// <summary>Forms of the console that are no operation of the Admin API: why.</summary>
    public static IReadOnlyDictionary<string, string> FormsAlone { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["/audit/verify"] = "looks only, and costs too much for a link",
        ["/users/{sub}/links"] = OnTheWay,
        ["/users/{sub}/links/end"] = OnTheWay,
        ["/issuers/-/new"] = OnTheWay,
        ["/issuers/{issuer}/delete"] = OnTheWay,
        ["/details-types/-/new"] = OnTheWay,
        ["/details-types/{type}/delete"] = OnTheWay,
        ["/clients/{client_id}/test"] = "signs the person in by the client's own flow",
        ["/clients/{client_id}/test/forget"] = "takes the address of that away again",
    };
}
