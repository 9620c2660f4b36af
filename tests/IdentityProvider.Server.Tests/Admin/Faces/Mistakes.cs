namespace IdentityProvider.Server.Tests.Admin.Faces;

/// <summary>What is wrong by whichever face it comes.</summary>
internal static class Mistakes
{
    private static readonly string Long = new('x', 101);

    public static IReadOnlyList<Mistake> All { get; } =
    [
        new(
            "createResource", "access_token_lifetime",
            _ => ["resources", "create", "--identifier", "https://bad.example", "--name", "Bad", "--scope", "x", "--access-token-lifetime", "901"],
            _ => Call.With("""{"identifier":"https://bad.example","name":"Bad","scopes":["x"],"access_token_lifetime":901}"""),
            _ => [Form.At("/resources/-/new", ("identifier", "https://bad.example"), ("name", "Bad"), ("scopes", "x"), ("access_token_lifetime", "901"))]),
        new(
            "createResource", "identifier",
            _ => ["resources", "create", "--identifier", "nothing", "--name", "Bad", "--scope", "x"],
            _ => Call.With("""{"identifier":"nothing","name":"Bad","scopes":["x"]}"""),
            _ => [Form.At("/resources/-/new", ("identifier", "nothing"), ("name", "Bad"), ("scopes", "x"))]),
        new(
            "createResource", "identifier",
            _ => ["resources", "create", "--identifier", "https://reader.example", "--scope", "x"],
            _ => Call.With("""{"identifier":"https://reader.example","scopes":["x"]}"""),
            _ => [Form.At("/resources/-/new", ("identifier", "https://reader.example"), ("scopes", "x"))]),
        new(
            "replaceResource", "signing_alg",
            _ => ["resources", "update", "https://reader.example", "--signing-alg", "HS256"],
            _ => Call.Of(("identifier", "https://reader.example")) with { ReadBy = "getResource", Change = text => text.Replace("RS256", "HS256", StringComparison.Ordinal) },
            _ => [Form.At("/resources/https%3A%2F%2Freader.example/edit", ("signing_alg", "HS256"))]),
        new(
            "deleteResource", "identifier", _ => ["resources", "delete", Administrators.Api], _ => Call.Of(("identifier", Administrators.Api)),
            _ => [Form.At($"/resources/{Uri.EscapeDataString(Administrators.Api)}/delete", ("confirm", Administrators.Api))]),
        new(
            "createClient", "redirect_uris",
            _ => ["clients", "create", "--redirect-uri", "http://elsewhere.example/cb"],
            _ => Call.With("""{"redirect_uris":["http://elsewhere.example/cb"]}"""),
            _ => [Form.At("/clients/-/new", ("clients", "web"), ("revocation", "seconds"), ("verifiers", "few"), ("permissions", "daily")), new Form(null, "/clients", ("client_name", "Bad"), ("redirect_uris", "http://elsewhere.example/cb"))]),
        new(
            "replaceClient", "scope",
            it => ["clients", "update", it.Of("shop"), "--scope", "openid", "--scope", "nonsense"],
            it => Call.Of(("client_id", it.Of("shop"))) with { ReadBy = "getClient", Change = text => text.Replace("openid", "openid nonsense", StringComparison.Ordinal) },
            it => [Form.At($"/clients/{it.Of("shop")}/edit", ("scope", "openid nonsense"))]),
        new(
            "replaceClient", "backchannel_logout_uri",
            it => ["clients", "update", it.Of("shop"), "--backchannel-logout-uri", "ftp://shop.example/logout"],
            it => Call.Of(("client_id", it.Of("shop"))) with { ReadBy = "getClient", Change = text => text.Replace("{\"client_id\"", "{\"backchannel_logout_uri\":\"ftp://shop.example/logout\",\"client_id\"", StringComparison.Ordinal) },
            it => [Form.At($"/clients/{it.Of("shop")}/edit", ("backchannel_logout_uri", "ftp://shop.example/logout"))]),
        new("rotateClientSecret", "client_id", _ => ["clients", "rotate-secret", "nobody"], _ => Call.Of(("client_id", "nobody")) with { Body = "{}" }, _ => [Elsewhere("/clients/nobody/secrets", ("keep_old", "0"))]),
        new("removeClientSecret", "secret_id", it => ["clients", "end-secret", it.Of("shop"), "0123"], it => Call.Of(("client_id", it.Of("shop")), ("secret_id", "0123")), it => [Elsewhere($"/clients/{it.Of("shop")}/secrets/0123/end")]),
        new("revokeClientTokens", "client", _ => ["tokens", "revoke", "--client", "nobody"], _ => Call.Of(("client_id", "nobody")), _ => [Elsewhere("/clients/nobody/revoke-tokens")]),
        new("deleteClient", "client_id", _ => ["clients", "delete", "idp-console"], _ => Call.Of(("client_id", "idp-console")), _ => [Form.At("/clients/idp-console/delete", ("confirm", "idp-console"))]),
        new("allowClient", "client_id", _ => ["clients", "allow", "https://never.example"], _ => Call.Of(("client_id", "https://never.example")), _ => [Elsewhere("/clients/-/denied", ("client_id", "https://never.example"))]),
        new(
            "createUser", "password",
            _ => ["users", "create", "--username", "weak", "--password", "password"], _ => Call.With("""{"username":"weak","password":"password"}"""), _ => [Form.At("/users/-/new", ("username", "weak"), ("password", "password"))]),
        new(
            "createUser", "username",
            it => ["users", "create", "--username", it.Of("mary"), "--password", "violet-otter-piano-7"],
            it => Call.With($$"""{"username":"{{it.Of("mary")}}","password":"violet-otter-piano-7"}"""),
            it => [Form.At("/users/-/new", ("username", it.Of("mary")), ("password", "violet-otter-piano-7"))]),
        new("setPassword", "password", it => ["users", "set-password", it.Of("mary"), "--password", "password"], it => Call.Of(("sub", it["sub"])) with { Body = """{"password":"password"}""" }, it => [Form.At($"/users/{it["sub"]}/password", ("password", "password"))]),
        new("grantRole", "role", it => ["users", "grant-role", it.Of("mary"), Long], it => Call.Of(("sub", it["sub"]), ("role", Long)), it => [new Form($"/users/{it["sub"]}", $"/users/{it["sub"]}/roles", ("role", Long))]),
        new("addGroupMember", "group", it => ["users", "add-to-group", it.Of("mary"), "nowhere"], it => Call.Of(("sub", it["sub"]), ("group", "nowhere")), it => [new Form($"/users/{it["sub"]}", $"/users/{it["sub"]}/groups", ("group", "nowhere"))]),
        new("createGroup", "group", _ => ["groups", "create", Long], _ => Call.With($$"""{"group":"{{Long}}"}"""), _ => [Form.At("/groups", ("group", Long))]),
        new("createGroup", "group", it => ["groups", "create", it.Of("cooks")], it => Call.With($$"""{"group":"{{it.Of("cooks")}}"}"""), it => [Form.At("/groups", ("group", it.Of("cooks")))]),
        new("grantGroupRole", "role", it => ["groups", "grant-role", it.Of("cooks"), Long], it => Call.Of(("group", it.Of("cooks")), ("role", Long)), it => [new Form($"/groups/{it.Of("cooks")}", $"/groups/{it.Of("cooks")}/roles", ("role", Long))]),
        new("createRole", "role", _ => ["roles", "create", Long], _ => Call.With($$"""{"role":"{{Long}}"}"""), _ => [Form.At("/roles", ("role", Long))]),
        new("createRole", "role", it => ["roles", "create", it.Of("teller")], it => Call.With($$"""{"role":"{{it.Of("teller")}}"}"""), it => [Form.At("/roles", ("role", it.Of("teller")))]),
        new("deleteRole", "role", _ => ["roles", "delete", "nothing"], _ => Call.Of(("role", "nothing")), _ => [Elsewhere("/roles/nothing/delete")]),
        new("endSession", "id", _ => ["sessions", "end", "nothing"], _ => Call.Of(("sid", "nothing")), _ => [Elsewhere("/sessions/nothing/end")]),
        new("endFamily", "family", _ => ["families", "end", "nothing"], _ => Call.Of(("family", "nothing")), it => [Elsewhere($"/users/{it["sub"]}/families/nothing/end")]),
        new("revokeGrant", "client_id", it => ["grants", "revoke", "nobody", "--user", it.Of("mary")], it => Call.Of(("sub", it["sub"]), ("client_id", "nobody")), it => [Elsewhere($"/users/{it["sub"]}/grants/nobody/revoke")]),
        new("revokeKey", "kid", _ => ["keys", "revoke", "nothing"], _ => Call.Of(("kid", "nothing")), _ => [Elsewhere("/keys/nothing/revoke", ("confirmation", "nothing"))]),
        new("retryMessage", "id", _ => ["outbox", "retry", "999999"], _ => Call.Of(("id", "999999")), _ => [Elsewhere("/outbox/999999/retry")]),
        new("discardMessage", "id", _ => ["outbox", "discard", "999999"], _ => Call.Of(("id", "999999")), _ => [Elsewhere("/outbox/999999/discard")]),
        new(
            "createRegistrationPolicy", "scope",
            _ => ["registration-policies", "create", "--name", "Bad", "--scope", "a\"b"], _ => Call.With("""{"name":"Bad","scope":"a\"b"}"""),
            _ => [Form.At("/registration-policies/-/new", ("name", "Bad"), ("scope", "a\"b"))]),
        new(
            "createUpstream", "issuer",
            _ => ["upstreams", "create", "--name", "bad", "--issuer", "ftp://bad.example", "--client-id", "us", "--client-secret", "a-secret-of-ours"],
            _ => Call.With("""{"name":"bad","issuer":"ftp://bad.example","client_id":"us","client_secret":"a-secret-of-ours"}"""),
            _ => [Form.At("/upstreams/-/new", ("name", "bad"), ("issuer", "ftp://bad.example"), ("client_id", "us"), ("client_secret", "a-secret-of-ours"))]),
        new(
            "createTrustedIssuer", "scope",
            _ => ["issuers", "create", "--issuer", "https://bad.example", "--jwks-uri", "https://bad.example/jwks", "--client", "runner", "--scope", "openid"],
            _ => Call.With("""{"issuer":"https://bad.example","jwks_uri":"https://bad.example/jwks","clients":["runner"],"scope":"openid"}"""),
            _ => [Form.At("/issuers/-/new", ("issuer", "https://bad.example"), ("jwks_uri", "https://bad.example/jwks"), ("clients", "runner"), ("scope", "openid"))]),
        new("deleteTrustedIssuer", "issuer", _ => ["issuers", "delete", "nothing"], _ => Call.Of(("issuer", "nothing")), _ => [Elsewhere("/issuers/nothing/delete")]),
        new(
            "createAuthorizationDetailsType", "type",
            it => ["authorization-details-types", "create", "--file", it.File(TrustStories.TypeOf("a b"))], _ => Call.With(TrustStories.TypeOf("a b")), _ => [Form.At("/details-types/-/new", ("type", "a b"), ("schema", "{}"))]),
        new("deleteAuthorizationDetailsType", "type", _ => ["authorization-details-types", "delete", "nothing"], _ => Call.Of(("type", "nothing")), _ => [Elsewhere("/details-types/nothing/delete")]),
        new(
            "linkUser", "issuer",
            it => ["users", "link", it.Of("mary"), "https://nobody.example", "42"],
            it => Call.Of(("sub", it["sub"]), ("issuer", "https://nobody.example"), ("subject", "42")),
            it => [new Form($"/users/{it["sub"]}", $"/users/{it["sub"]}/links", ("issuer", "https://nobody.example"), ("subject", "42"))]),
        new("inspectToken", "token", _ => ["tokens", "inspect", "nothing"], _ => Call.With("""{"token":"nothing"}"""), _ => [new Form("/tokens", "/tokens/inspect", ("token", "nothing"))]),
        new("revokeToken", "token", _ => ["tokens", "revoke", "nothing"], _ => Call.With("""{"token":"nothing"}"""), _ => [Form.At("/tokens/revoke", ("token", "nothing"))]),
        new("inviteUser", "email", _ => ["users", "invite", "--email", "nobody"], _ => Call.With("""{"email":"nobody"}"""), _ => [Form.At("/users/-/invite", ("email", "nobody"))]),
        new(
            "setSignalStreamStatus", "status",
            it => ["signals", "streams", "set-status", it["stream"], "asleep"],
            it => Call.Of(("stream_id", it["stream"])) with { Body = """{"status":"asleep"}""" },
            it => [new Form($"/signals/{it["stream"]}", $"/signals/{it["stream"]}/status", ("status", "asleep"))]),
        new("deleteSignalStream", "stream_id", _ => ["signals", "streams", "delete", "nothing"], _ => Call.Of(("stream_id", "nothing")), _ => [Elsewhere("/signals/nothing/delete")]),
    ];

    // A form that no page offers: of what isn't there.
    private static Form Elsewhere(string action, params (string, string)[] fields) => new("/roles", "/roles", fields) { SentTo = action };
}
