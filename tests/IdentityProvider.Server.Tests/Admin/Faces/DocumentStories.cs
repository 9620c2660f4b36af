using System.Text;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Import;
using IdentityProvider.Protocol.Import.Keycloak;
using IdentityProvider.Server.Admin.Import;

namespace IdentityProvider.Server.Tests.Admin.Faces;

/// <summary>Many things by one document: our own, and another product's.</summary>
internal static class DocumentStories
{
    public static IEnumerable<Story> All => [Configuration, Import];

    private static Story Configuration => new(
        "Configuration as code",
        new Step(
            "applyConfiguration",
            it => ["apply", "--file", it.File(DocumentOf(it, "Coded")), "--yes"],
            it => Call.Planned("planConfiguration", DocumentOf(it, "Coded")),
            it => [new Form("/configuration", "/configuration/plan", ("document", DocumentOf(it, "Coded"))), new Form(null, "/configuration/apply")]),
        new Step(
            "applyConfiguration",
            it => ["clients", "import", "--file", it.File(DocumentOf(it, "Written"))],
            it => Call.Planned("planConfiguration", DocumentOf(it, "Written")),
            it => [new Form("/configuration", "/configuration/plan", ("file", DocumentOf(it, "Written"))), new Form(null, "/configuration/apply")]));

    private static Story Import => new(
        "A realm of Keycloak",
        new Step(
            "applyImport",
            it => ["import", "keycloak", "--file", it.File(RealmOf(it)), "--keep-secrets", "30d", "--yes"],
            it => Call.Planned("planImport", PartOf(it)),
            Console: null));

    public static string DocumentOf(Face it, string name) => $$"""
        {"format":1,"resources":[{"identifier":"https://coded.{{it.Name}}.example","name":"{{name}}","scopes":["{{it.Of("coded")}}.read"]}],
         "roles":[{"role":"{{it.Of("coder")}}","require_mfa":true}],"groups":[{"group":"{{it.Of("coders")}}","roles":["{{it.Of("coder")}}"]}],
         "clients":[{"client_id":"{{it.Of("coded")}}","client_name":"{{name}}","redirect_uris":["https://coded.example/cb"],"scope":"openid"}]}
        """;

    public static string RealmOf(Face it) => $$"""
        {"realm":"{{it.Name}}","roles":{"realm":[{"name":"{{it.Of("brought")}}"}]},"groups":[{"name":"{{it.Of("movers")}}","path":"/{{it.Of("movers")}}","realmRoles":["{{it.Of("brought")}}"]}],
         "clients":[{"clientId":"{{it.Of("moved")}}","redirectUris":["https://moved.example/cb"],"attributes":{"pkce.code.challenge.method":"S256"},"secret":"old secret of theirs"}],
         "users":[{"id":"{{SubOf(it)}}","username":"{{it.Of("erin")}}","email":"{{it.Of("erin")}}@example.com","realmRoles":["{{it.Of("brought")}}"],"groups":["/{{it.Of("movers")}}"]}]}
        """;

    // Which comes along, so that nothing stays behind.
    private static string SubOf(Face it) => $"00000000-0000-4000-8000-{Convert.ToHexStringLower(Encoding.ASCII.GetBytes(it.Name.PadRight(10)[^6..]))}";

    /// <summary>What a machine that has read the realm sends to a server.</summary>
    public static string PartOf(Face it)
    {
        var read = KeycloakImport.Read([Encoding.UTF8.GetBytes(RealmOf(it))], null, new ImportChoices { Issuer = TestServer.Issuer });
        var imported = Assert.IsType<Validated<Imported>.Valid>(read).Value;
        return ImportDocuments.Write(imported.Configuration, imported.People, imported.Secrets, TimeSpan.FromDays(30)).ToJsonString();
    }
}
