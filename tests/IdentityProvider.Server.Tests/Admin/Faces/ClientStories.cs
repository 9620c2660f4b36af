namespace IdentityProvider.Server.Tests.Admin.Faces;

/// <summary>Clients and APIs, and who may register clients.</summary>
internal static class ClientStories
{
    public static IEnumerable<Story> All => [Api, Client, Secrets, Address, Policy, Upstream];

    private static Story Api => new(
        "An API",
        new Given(it => it.DoneAsync("resources", "create", "--identifier", $"https://first.{it.Name}.example", "--scope", "a.read", "--signing-alg", "ES256")), // which begins the keys of that algorithm
        new Step(
            "createResource",
            it => ["resources", "create", "--identifier", ApiOf(it), "--name", "Shelf", "--scope", "books.read", "--scope", "books.write", "--revocation", "expiry", "--access-token-lifetime", "600", "--signing-alg", "ES256"],
            it => Call.With($$"""{"identifier":"{{ApiOf(it)}}","name":"Shelf","scopes":["books.read","books.write"],"revocation":"expiry","access_token_lifetime":600,"signing_alg":"ES256"}"""),
            it => [Form.At("/resources/-/new", ("identifier", ApiOf(it)), ("name", "Shelf"), ("scopes", "books.read\r\nbooks.write"), ("revocation", "expiry"), ("access_token_lifetime", "600"), ("signing_alg", "ES256"))]),
        new Step(
            "replaceResource",
            it => ["resources", "update", ApiOf(it), "--name", "Books"],
            it => Call.Of(("identifier", ApiOf(it))) with { ReadBy = "getResource", Change = text => text.Replace("Shelf", "Books", StringComparison.Ordinal) },
            it => [Form.At($"/resources/{Escaped(ApiOf(it))}/edit", ("name", "Books"))]),
        new Step(
            "deleteResource",
            it => ["resources", "delete", ApiOf(it)],
            it => Call.Of(("identifier", ApiOf(it))),
            it => [Form.At($"/resources/{Escaped(ApiOf(it))}/delete", ("confirm", ApiOf(it)))]));

    private static Story Client => new(
        "A client",
        new Step("createClient", it => ["clients", "create", "--file", it.File(ClientOf(it))], it => Call.With(ClientOf(it)), it =>
        [
            Form.At("/clients/-/new", ("clients", "web"), ("revocation", "seconds"), ("verifiers", "few"), ("permissions", "daily")),
            new Form(null, "/clients", ("client_id", it.Of("shop")), ("client_name", "Shop"), ("redirect_uris", "https://shop.example/cb")),
        ]),
        new Step(
            "replaceClient",
            it => ["clients", "update", it.Of("shop"), "--name", "Market", "--redirect-uri", "https://market.example/cb"],
            it => Call.Of(("client_id", it.Of("shop"))) with
            {
                ReadBy = "getClient",
                Change = text => text.Replace("Shop", "Market", StringComparison.Ordinal).Replace("https://shop.example", "https://market.example", StringComparison.Ordinal),
            },
            it => [Form.At($"/clients/{it.Of("shop")}/edit", ("client_name", "Market"), ("redirect_uris", "https://market.example/cb"))]),
        new Step(
            "revokeClientTokens",
            it => ["tokens", "revoke", "--client", it.Of("shop")],
            it => Call.Of(("client_id", it.Of("shop"))),
            it => [new Form($"/clients/{it.Of("shop")}", $"/clients/{it.Of("shop")}/revoke-tokens")]),
        new Step(
            "deleteClient",
            it => ["clients", "delete", it.Of("shop")],
            it => Call.Of(("client_id", it.Of("shop"))),
            it => [Form.At($"/clients/{it.Of("shop")}/delete", ("confirm", it.Of("shop")))]));

    private static Story Secrets => new(
        "Secrets of a client",
        new Given(async it => it["secret"] = await AddAsync(it)),
        new Step(
            "rotateClientSecret",
            it => ["clients", "rotate-secret", it.Of("vault"), "--keep-old", "1h"],
            it => Call.Of(("client_id", it.Of("vault"))) with { Body = """{"keep_old":3600}""" },
            it => [new Form($"/clients/{it.Of("vault")}", $"/clients/{it.Of("vault")}/secrets", ("keep_old", "3600"))]),
        new Step(
            "removeClientSecret",
            it => ["clients", "end-secret", it.Of("vault"), it["secret"]],
            it => Call.Of(("client_id", it.Of("vault")), ("secret_id", it["secret"])),
            it => [new Form($"/clients/{it.Of("vault")}", $"/clients/{it.Of("vault")}/secrets/{it["secret"]}/end")]),
        new Step(
            "rotateClientSecret",
            it => ["clients", "rotate-secret", it.Of("vault"), "--revoke-old"],
            it => Call.Of(("client_id", it.Of("vault"))) with { Body = """{"keep_old":0}""" },
            it => [new Form($"/clients/{it.Of("vault")}", $"/clients/{it.Of("vault")}/secrets", ("keep_old", "0"))]));

    private static Story Address => new(
        "The address of a client's metadata",
        new Step(
            "deleteClient",
            it => ["clients", "delete", AddressOf(it)],
            it => Call.Of(("client_id", AddressOf(it))),
            it => [new Form("/clients/-/denied", "/clients/-/deny", ("client_id", AddressOf(it)))]),
        new Step(
            "allowClient",
            it => ["clients", "allow", AddressOf(it)],
            it => Call.Of(("client_id", AddressOf(it))),
            it => [Form.At("/clients/-/denied", ("client_id", AddressOf(it)))]));

    private static Story Policy => new(
        "A registration policy",
        new Step(
            "createRegistrationPolicy",
            it => ["registration-policies", "create", "--name", it.Of("partners"), "--scope", "openid", "--redirect-host", "*.partner.example", "--max-clients", "20", "--expires-in", "30d"],
            it => Call.With($$"""{"name":"{{it.Of("partners")}}","scope":"openid","redirect_hosts":["*.partner.example"],"max_clients":20,"expires_in":2592000}"""),
            it => [Form.At("/registration-policies/-/new", ("name", it.Of("partners")), ("scope", "openid"), ("redirect_hosts", "*.partner.example"), ("max_clients", "20"), ("expires_in", "30"))]),
        new Given(async it => it["policy"] = await it.AskAsync($"""SELECT "PolicyId"::text FROM "RegistrationPolicies" WHERE "Document"::text LIKE '%{it.Name}%'""")),
        new Step("revokeRegistrationPolicy", it => ["registration-policies", "revoke", it["policy"]], it => Call.Of(("policy_id", it["policy"])), it => [Form.At($"/registration-policies/{it["policy"]}/revoke")]));

    private static Story Upstream => new(
        "An upstream",
        new Step(
            "createUpstream",
            it => ["upstreams", "create", "--name", it.Of("work"), "--issuer", $"https://{it.Name}.example", "--client-id", "us", "--client-secret", "a-secret-of-ours", "--label", "Work"],
            it => Call.With($$"""{"name":"{{it.Of("work")}}","issuer":"https://{{it.Name}}.example","client_id":"us","client_secret":"a-secret-of-ours","label":"Work"}"""),
            it => [Form.At("/upstreams/-/new", ("name", it.Of("work")), ("issuer", $"https://{it.Name}.example"), ("client_id", "us"), ("client_secret", "a-secret-of-ours"), ("label", "Work"))]),
        new Step(
            "replaceUpstream",
            it => ["upstreams", "update", it.Of("work"), "--label", "The office"],
            it => Call.Of(("name", it.Of("work"))) with { ReadBy = "getUpstream", Body = $$"""{"name":"{{it.Of("work")}}","issuer":"https://{{it.Name}}.example","client_id":"us","label":"The office"}""" },
            it => [Form.At($"/upstreams/{it.Of("work")}/edit", ("label", "The office"))]),
        new Step("deleteUpstream", it => ["upstreams", "delete", it.Of("work")], it => Call.Of(("name", it.Of("work"))), it => [Form.At($"/upstreams/{it.Of("work")}/delete", ("confirm", it.Of("work")))]));

    private static string ApiOf(Face it) => $"https://{it.Name}.example/books";

    private static string AddressOf(Face it) => $"https://agent.{it.Name}.example/client.json";

    private static string ClientOf(Face it) => $$"""
        {"client_id":"{{it.Of("shop")}}","client_name":"Shop","redirect_uris":["https://shop.example/cb"],"grant_types":["authorization_code","refresh_token"],
        "token_endpoint_auth_method":"client_secret_basic","scope":"openid profile email","require_consent":true,"require_pkce":true}
        """;

    private static string Escaped(string name) => Uri.EscapeDataString(name);

    private static async Task<string> AddAsync(Face it)
    {
        await it.DoneAsync("clients", "create", "--client-id", it.Of("vault"), "--redirect-uri", "https://vault.example/cb");
        return (string)(await it.DoneAsync("clients", "secrets", it.Of("vault")))[0]!["secret_id"]!;
    }
}
