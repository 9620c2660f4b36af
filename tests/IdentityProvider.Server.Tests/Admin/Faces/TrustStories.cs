namespace IdentityProvider.Server.Tests.Admin.Faces;

/// <summary>Who is believed of whom people are, and what clients may ask for beyond scopes.</summary>
internal static class TrustStories
{
    public static IEnumerable<Story> All => [Issuer, DetailsType, Links];

    private static Story Issuer => new(
        "A trusted issuer",
        new Step(
            "createTrustedIssuer",
            it => ["issuers", "create", "--issuer", IssuerOf(it), "--jwks-uri", $"{IssuerOf(it)}/jwks", "--client", it.Of("runner"), "--client", it.Of("deployer"), "--username-claim", "email", "--scope", "orders.read"],
            it => Call.With($$"""{"issuer":"{{IssuerOf(it)}}","jwks_uri":"{{IssuerOf(it)}}/jwks","clients":["{{it.Of("runner")}}","{{it.Of("deployer")}}"],"username_claim":"email","scope":"orders.read"}"""),
            it => [Form.At("/issuers/-/new", ("issuer", IssuerOf(it)), ("jwks_uri", $"{IssuerOf(it)}/jwks"), ("clients", $"{it.Of("runner")}\r\n{it.Of("deployer")}"), ("username_claim", "email"), ("scope", "orders.read"))]),
        new Step("deleteTrustedIssuer", it => ["issuers", "delete", IssuerOf(it)], it => Call.Of(("issuer", IssuerOf(it))), it => [Form.At($"/issuers/{Uri.EscapeDataString(IssuerOf(it))}/delete")]));

    private static Story DetailsType => new(
        "A type of authorization details",
        new Step(
            "createAuthorizationDetailsType",
            it => ["authorization-details-types", "create", "--file", it.File(TypeOf(it.Of("payment")))],
            it => Call.With(TypeOf(it.Of("payment"))),
            it => [Form.At("/details-types/-/new", ("type", it.Of("payment")), ("schema", Schema))]),
        new Step(
            "deleteAuthorizationDetailsType",
            it => ["authorization-details-types", "delete", it.Of("payment")],
            it => Call.Of(("type", it.Of("payment"))),
            it => [Form.At($"/details-types/{it.Of("payment")}/delete")]));

    private static Story Links => new(
        "Who somebody is elsewhere",
        new Given(async it =>
        {
            await it.DoneAsync("issuers", "create", "--issuer", IssuerOf(it), "--jwks-uri", $"{IssuerOf(it)}/jwks", "--client", it.Of("runner"), "--scope", "orders.read");
            await PeopleStories.PersonAsync(it, "lina");
        }),
        new Step(
            "linkUser",
            it => ["users", "link", it.Of("lina"), IssuerOf(it), "lina 42"],
            it => Call.Of(("sub", it["sub"]), ("issuer", IssuerOf(it)), ("subject", "lina 42")),
            it => [new Form($"/users/{it["sub"]}", $"/users/{it["sub"]}/links", ("issuer", IssuerOf(it)), ("subject", "lina 42"))]),
        new Step(
            "unlinkUser",
            it => ["users", "unlink", it.Of("lina"), IssuerOf(it), "lina 42"],
            it => Call.Of(("sub", it["sub"]), ("issuer", IssuerOf(it)), ("subject", "lina 42")),
            it => [new Form($"/users/{it["sub"]}", $"/users/{it["sub"]}/links/end")]));

    private const string Schema = """{"title":"Make a payment","type":"object","additionalProperties":false,"properties":{"amount":{"title":"Amount","type":"integer"}}}""";

    public static string TypeOf(string name) => $$"""{"type":"{{name}}","schema":{{Schema}}}""";

    public static string IssuerOf(Face it) => $"https://{it.Name}.example/ci";
}
