using IdentityProvider.Server.Tests.Pages;

namespace IdentityProvider.Server.Tests.Admin.Faces;

/// <summary>People, what they may be, and what apps have of them.</summary>
internal static class PeopleStories
{
    private const string Password = "violet-otter-piano-7";

    public static IEnumerable<Story> All => [Account, SecondFactors, SignIns, Group, Role, Invitation];

    private static Story Account => new(
        "A person",
        new Step(
            "createUser",
            it => ["users", "create", "--username", it.Of("ada"), "--password", Password, "--claims", it.File(ClaimsOf(it)), "--role", it.Of("staff")],
            it => Call.With($$"""{"username":"{{it.Of("ada")}}","password":"{{Password}}","claims":{{ClaimsOf(it)}},"roles":["{{it.Of("staff")}}"]}"""),
            it => [Form.At(
                "/users/-/new", ("username", it.Of("ada")), ("given_name", "Ada"), ("family_name", "Adams"), ("email", it.Of("ada") + "@example.com"), ("email_verified", "true"), ("password", Password), ("role", it.Of("staff")))]),
        new Given(async it => it["sub"] = (await it.Server.UserIdAsync(it.Of("ada"))).ToString("D")),
        new Given(it => it.DoneAsync("groups", "create", it.Of("makers"), "--role", it.Of("builder"))),
        new Step("grantRole", it => ["users", "grant-role", it.Of("ada"), it.Of("chief")], it => Call.Of(Sub(it), ("role", it.Of("chief"))), it => [On(it, "/roles", ("role", it.Of("chief")))]),
        new Step("revokeRole", it => ["users", "revoke-role", it.Of("ada"), it.Of("staff")], it => Call.Of(Sub(it), ("role", it.Of("staff"))), it => [On(it, $"/roles/{it.Of("staff")}/revoke")]),
        new Step("addGroupMember", it => ["users", "add-to-group", it.Of("ada"), it.Of("makers")], it => Call.Of(Sub(it), ("group", it.Of("makers"))), it => [On(it, "/groups", ("group", it.Of("makers")))]),
        new Step("removeGroupMember", it => ["users", "remove-from-group", it.Of("ada"), it.Of("makers")], it => Call.Of(Sub(it), ("group", it.Of("makers"))), it => [On(it, $"/groups/{it.Of("makers")}/leave")]),
        new Step(
            "changeUser",
            it => ["users", "update", it.Of("ada"), "--claims", it.File("""{"given_name":"Augusta","family_name":null,"nickname":"Countess"}""")],
            it => Call.Of(Sub(it)) with { ReadBy = "getUser", Body = """{"claims":{"given_name":"Augusta","family_name":null,"nickname":"Countess"}}""" },
            it => [Asks(it, "/profile", ("given_name", "Augusta"), ("family_name", ""), ("nickname", "Countess"))]),
        new Step("setPassword", it => ["users", "set-password", it.Of("ada"), "--password", Password + "8"], it => Call.Of(Sub(it)) with { Body = $$"""{"password":"{{Password}}8"}""" }, it => [Asks(it, "/password", ("password", Password + "8"))]),
        new Step(
            "setPassword",
            it => ["users", "set-password", it.Of("ada"), "--password", Password + "9", "--keep-sessions"],
            it => Call.Of(Sub(it)) with { Body = $$"""{"password":"{{Password}}9","keep_sessions":true}""" },
            it => [Asks(it, "/password", ("password", Password + "9"), ("keep_sessions", "true"))]),
        new Step("disableUser", it => ["users", "disable", it.Of("ada")], it => Call.Of(Sub(it)), it => [Asks(it, "/disable")]),
        new Step("enableUser", it => ["users", "enable", it.Of("ada")], it => Call.Of(Sub(it)), it => [On(it, "/enable")]),
        new Step("deleteUser", it => ["users", "delete", it.Of("ada")], it => Call.Of(Sub(it)), it => [Asks(it, "/delete", ("confirm", it.Of("ada")))]));

    private static Story SecondFactors => new(
        "Somebody with a second factor",
        new Given(async it =>
        {
            await PersonAsync(it, "grace");
            using var browser = new Browser(it.Server);
            await AuthenticatorApp.SetUpAsync(it.Server, browser, it.Of("grace"));
        }),
        new Step("resetSecondFactors", it => ["users", "reset-second-factors", it.Of("grace")], it => Call.Of(Sub(it)), it => [Asks(it, "/reset-second-factors")]));

    private static Story SignIns => new(
        "What apps have of a person",
        new Given(async it =>
        {
            await PersonAsync(it, "mary");
            await it.Server.AddClientAsync(client => client with { ClientId = it.Of("reader"), TokenEndpointAuthMethod = Protocol.Clients.ClientAuthenticationMethod.None });
            await SignInAsync(it);
        }),
        new Step("endFamily", it => ["families", "end", it["family"]], it => Call.Of(("family", it["family"])), it => [On(it, $"/families/{it["family"]}/end")]),
        new Given(SignInAsync),
        new Step("endFamily", it => ["families", "end", it["family"]], it => Call.Of(("family", it["family"])), it => [new Form($"/families/{it["family"]}", $"/families/{it["family"]}/end")]),
        new Given(SignInAsync),
        new Step("revokeGrant", it => ["grants", "revoke", it.Of("reader"), "--user", it.Of("mary")], it => Call.Of(Sub(it), ("client_id", it.Of("reader"))), it => [On(it, $"/grants/{it.Of("reader")}/revoke")]),
        new Given(SignInAsync),
        new Step("revokeUserTokens", it => ["tokens", "revoke", "--user", it.Of("mary")], it => Call.Of(Sub(it)), it => [Asks(it, "/revoke-tokens")]),
        new Given(SignInAsync),
        new Step("endSession", it => ["sessions", "end", it["sid"]], it => Call.Of(("sid", it["sid"])), it => [new Form($"/sessions/{it["sid"]}", $"/sessions/{it["sid"]}/end")]),
        new Given(SignInAsync),
        new Step("endSessions", it => ["sessions", "end", "--user", it.Of("mary")], it => Call.Of(Sub(it)), it => [Asks(it, "/end-sessions")]));

    private static Story Group => new(
        "A group",
        new Given(it => PersonAsync(it, "joan")),
        new Step(
            "createGroup",
            it => ["groups", "create", it.Of("cooks"), "--role", it.Of("baker")],
            it => Call.With($$"""{"group":"{{it.Of("cooks")}}","roles":["{{it.Of("baker")}}"]}"""),
            it => [Form.At("/groups", ("group", it.Of("cooks"))), new Form(null, $"/groups/{it.Of("cooks")}/roles", ("role", it.Of("baker")))]),
        new Given(it => it.DoneAsync("users", "add-to-group", it.Of("joan"), it.Of("cooks"))),
        new Step(
            "grantGroupRole",
            it => ["groups", "grant-role", it.Of("cooks"), it.Of("taster")],
            it => Call.Of(("group", it.Of("cooks")), ("role", it.Of("taster"))),
            it => [new Form($"/groups/{it.Of("cooks")}", $"/groups/{it.Of("cooks")}/roles", ("role", it.Of("taster")))]),
        new Step(
            "revokeGroupRole",
            it => ["groups", "revoke-role", it.Of("cooks"), it.Of("baker")],
            it => Call.Of(("group", it.Of("cooks")), ("role", it.Of("baker"))),
            it => [new Form($"/groups/{it.Of("cooks")}", $"/groups/{it.Of("cooks")}/roles/{it.Of("baker")}/revoke")]),
        new Step(
            "removeGroupMember",
            it => ["users", "remove-from-group", it.Of("joan"), it.Of("cooks")],
            it => Call.Of(Sub(it), ("group", it.Of("cooks"))),
            it => [new Form($"/groups/{it.Of("cooks")}", $"/groups/{it.Of("cooks")}/leave")]),
        new Step(
            "addGroupMember",
            it => ["users", "add-to-group", it.Of("joan"), it.Of("cooks")],
            it => Call.Of(Sub(it), ("group", it.Of("cooks"))),
            it => [new Form($"/groups/{it.Of("cooks")}", $"/groups/{it.Of("cooks")}/members", ("username", it.Of("joan")))]),
        new Step("deleteGroup", it => ["groups", "delete", it.Of("cooks")], it => Call.Of(("group", it.Of("cooks"))), it => [Form.At($"/groups/{it.Of("cooks")}/delete")]));

    private static Story Role => new(
        "A role",
        new Step(
            "createRole", it => ["roles", "create", it.Of("teller"), "--require-mfa"], it => Call.With($$"""{"role":"{{it.Of("teller")}}","require_mfa":true}"""), it => [Form.At("/roles", ("role", it.Of("teller")), ("require_mfa", "true"))]),
        new Given(it => PersonAsync(it, "ida")),
        new Given(it => it.DoneAsync("users", "grant-role", it.Of("ida"), it.Of("teller"))),
        new Step(
            "replaceRole",
            it => ["roles", "update", it.Of("teller"), "--no-require-mfa"],
            it => Call.Of(("role", it.Of("teller"))) with { ReadBy = "getRole", Body = """{"require_mfa":false}""" },
            it => [Form.At($"/roles/{it.Of("teller")}", ("require_mfa", Form.Unticked))]),
        new Step("deleteRole", it => ["roles", "delete", it.Of("teller")], it => Call.Of(("role", it.Of("teller"))), it => [Form.At($"/roles/{it.Of("teller")}/delete")]));

    private static Story Invitation => new(
        "An invitation",
        new Step(
            "inviteUser",
            it => ["users", "invite", "--email", it.Of("newcomer") + "@example.com", "--role", it.Of("guest")],
            it => Call.With($$"""{"email":"{{it.Of("newcomer")}}@example.com","roles":["{{it.Of("guest")}}"]}"""),
            it => [Form.At("/users/-/invite", ("email", it.Of("newcomer") + "@example.com"), ("roles", it.Of("guest")))]));

    private static string ClaimsOf(Face it) => $$"""{"given_name":"Ada","family_name":"Adams","email":"{{it.Of("ada")}}@example.com","email_verified":true}""";

    private static (string, string) Sub(Face it) => ("sub", it["sub"]);

    // A form on the person's own page, and one on the page that asks for it.
    private static Form On(Face it, string action, params (string, string)[] fields) => new($"/users/{it["sub"]}", $"/users/{it["sub"]}{action}", fields);

    private static Form Asks(Face it, string action, params (string, string)[] fields) => Form.At($"/users/{it["sub"]}{action}", fields);

    public static async Task PersonAsync(Face it, string noun)
    {
        await it.Server.AddPersonAsync(user => user.UserName = it.Of(noun));
        it["sub"] = (await it.Server.UserIdAsync(it.Of(noun))).ToString("D");
    }

    // In a new browser, and at the app there.
    private static async Task SignInAsync(Face it)
    {
        using var browser = new Browser(it.Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), it.Of("mary"));
        var client = await it.Server.Get<IdentityProvider.Storage.Clients>().FindAsync(it.Of("reader"), TestContext.Current.CancellationToken);
        await AppAccess.AgainAsync(it.Server, browser, client!);
        var newest = $"""FROM "TokenFamilies" WHERE "UserId" = '{it["sub"]}' AND "EndedAt" IS NULL ORDER BY "FamilyId" DESC LIMIT 1""";
        it["family"] = (await it.AskAsync($"""SELECT "FamilyId"::text {newest}""")).Replace("-", "", StringComparison.Ordinal);
        it["sid"] = (await it.AskAsync($"""SELECT "SessionId"::text {newest}""")).Replace("-", "", StringComparison.Ordinal);
    }
}
