using System.Text.Json.Nodes;

namespace IdentityProvider.Server.Tests.Admin.Faces;

/// <summary>Operations that look: what each face shows of the same.</summary>
internal static class Readings
{
    public static IReadOnlyList<Reading> All { get; } =
    [
        new("verifyAudit", _ => ["audit", "verify"], _ => Call.With("{}"), null, "rows", "waiting", "last", "removed_by_retention") { Forms = _ => [new Form("/audit", "/audit/verify")], IsLoose = true, Moves = true },
        new("listClients", _ => ["clients", "list", "--limit", "500"], _ => Call.Of(("limit", "500")), _ => "/clients", "client_id", "client_name"),
        new("getClient", it => ["clients", "show", it.Of("shop")], it => Call.Of(("client_id", it.Of("shop"))), it => $"/clients/{it.Of("shop")}", "client_id", "client_name", "redirect_uris", "grant_types", "token_endpoint_auth_method", "scope"),
        new("listClientSecrets", it => ["clients", "secrets", it.Of("shop")], it => Call.Of(("client_id", it.Of("shop"))), it => $"/clients/{it.Of("shop")}", "secret_id", "created_at", "expires_at") { Caption = "Secrets of this client" },
        new("getSnippet", it => ["clients", "snippet", it.Of("shop"), "--for", "node"], it => Call.Of(("client_id", it.Of("shop")), ("platform", "node")), it => $"/clients/{it.Of("shop")}", "files.text"),
        new("listDeniedClients", _ => ["clients", "denied"], _ => new Call(), _ => "/clients/-/denied", "client_id", "denied_at"),
        new("listRegistrationPolicies", _ => ["registration-policies", "list"], _ => new Call(), _ => "/registration-policies", "name") { IsLoose = true },
        new("getRegistrationPolicy", it => ["registration-policies", "show", it["policy"]], it => Call.Of(("policy_id", it["policy"])), it => $"/registration-policies/{it["policy"]}", "name", "scope"),
        new("listUpstreams", _ => ["upstreams", "list"], _ => new Call(), _ => "/upstreams", "name", "issuer") { IsLoose = true },
        new("getUpstream", it => ["upstreams", "show", it.Of("work")], it => Call.Of(("name", it.Of("work"))), it => $"/upstreams/{it.Of("work")}", "name", "issuer", "redirect_uri"),
        new("listTrustedIssuers", _ => ["issuers", "list"], _ => new Call(), _ => "/issuers", "issuer", "clients", "scope"),
        new("getTrustedIssuer", it => ["issuers", "show", TrustStories.IssuerOf(it)], it => Call.Of(("issuer", TrustStories.IssuerOf(it))), it => $"/issuers/{Uri.EscapeDataString(TrustStories.IssuerOf(it))}", "issuer", "jwks_uri", "clients", "scope"),
        new("listAuthorizationDetailsTypes", _ => ["authorization-details-types", "list"], _ => new Call(), _ => "/details-types", "type"),
        new("getAuthorizationDetailsType", it => ["authorization-details-types", "show", it.Of("payment")], it => Call.Of(("type", it.Of("payment"))), it => $"/details-types/{it.Of("payment")}", "type", "schema.title"),
        new("listResources", _ => ["resources", "list"], _ => new Call(), _ => "/resources", "identifier", "name", "scopes"),
        new("getResource", it => ["resources", "show", $"https://{it.Name}.example"], it => Call.Of(("identifier", $"https://{it.Name}.example")), it => $"/resources/https%3A%2F%2F{it.Name}.example", "identifier", "name", "scopes", "signing_alg"),
        new("listScopes", _ => ["resources", "list"], _ => new Call(), _ => "/resources", "scope", "resource") { OfCommand = (resources, _) => ScopesOf(resources), IsLoose = true },
        new("listUsers", _ => ["users", "list", "--limit", "500"], _ => Call.Of(("limit", "500")), _ => "/users", "sub", "username"),
        new("getUser", it => ["users", "show", it.Of("mary")], it => Call.Of(("sub", it["sub"])), it => $"/users/{it["sub"]}", "sub", "username", "claims.given_name", "roles", "effective_roles", "groups", "created_at"),
        new("listRoles", _ => ["roles", "list", "--limit", "500"], _ => Call.Of(("limit", "500")), _ => "/roles", "role"),
        new("getRole", _ => ["roles", "list", "--limit", "500"], it => Call.Of(("role", it.Of("teller"))), it => $"/roles/{it.Of("teller")}", "role") { OfCommand = (roles, it) => One(roles, "role", it.Of("teller")) },
        new("listGroups", _ => ["groups", "list", "--limit", "500"], _ => Call.Of(("limit", "500")), _ => "/groups", "group", "created_at"),
        new("getGroup", it => ["groups", "show", it.Of("cooks")], it => Call.Of(("group", it.Of("cooks"))), it => $"/groups/{it.Of("cooks")}", "group", "roles", "members"),
        new("listGroupMembers", it => ["groups", "show", it.Of("cooks"), "--members"], it => Call.Of(("group", it.Of("cooks"))), it => $"/groups/{it.Of("cooks")}", "username") { Caption = "People in the group, by user name" },
        new("listSessions", it => ["sessions", "list", "--user", it.Of("mary")], it => Call.Of(("sub", it["sub"])), it => $"/users/{it["sub"]}", "sid", "device", "signed_in_at", "last_used_at", "clients") { Caption = "Sessions, the newest sign-in first" },
        new("getSession", it => ["sessions", "list", "--user", it.Of("mary")], it => Call.Of(("sid", it["sid"])), it => $"/sessions/{it["sid"]}", "sid", "sub", "device", "signed_in_at", "ends_at", "clients") { OfCommand = (sessions, it) => One(sessions, "sid", it["sid"]) },
        new("listFamilies", it => ["families", "list", "--user", it.Of("mary")], it => Call.Of(("sub", it["sub"])), it => $"/users/{it["sub"]}", "family", "client_id", "scope", "created_at", "expires_at") { Caption = "Apps with access, the newest first" },
        new("getFamily", it => ["families", "show", it["family"]], it => Call.Of(("family", it["family"])), it => $"/users/{it["sub"]}", "family", "client_id", "scope"),
        new("listHistory", it => ["users", "history", it.Of("mary")], it => Call.Of(("sub", it["sub"])), it => $"/users/{it["sub"]}/history", "at", "device", "address"),
        new("listGrants", it => ["grants", "list", "--user", it.Of("mary")], it => Call.Of(("sub", it["sub"])), it => $"/users/{it["sub"]}", "client_id", "scope", "resources", "updated_at") { Caption = "What was agreed to, by app" },
        new("listKeys", _ => ["keys", "list"], _ => new Call(), _ => "/keys", "kid", "alg", "state", "announced_at") { Caption = "Signing keys", IsLoose = true },
        new("getKey", _ => ["keys", "list"], it => Call.Of(("kid", it["kid"])), _ => "/keys", "kid", "alg", "state", "announced_at") { OfCommand = (keys, it) => One(keys, "kid", it["kid"]) },
        new("listMessages", _ => ["outbox", "list"], _ => new Call(), _ => "/outbox", "client_id", "to", "last_error", "created_at"),
        new("getMessage", _ => ["outbox", "list", "--limit", "500"], it => Call.Of(("id", it["message"])), _ => "/outbox", "client_id", "last_error", "created_at") { OfCommand = (messages, it) => One(messages, "id", it["message"]) },
        new("listSignalStreams", _ => ["signals", "streams", "list"], _ => new Call(), _ => "/signals", "stream_id", "client_id", "created_at"),
        new("getSignalStream", it => ["signals", "streams", "show", it["stream"]], it => Call.Of(("stream_id", it["stream"])), it => $"/signals/{it["stream"]}", "stream_id", "client_id", "created_at"),
        new("listAudit", it => ["audit", "list", "--target", it.Of("shop")], it => Call.Of(("target", it.Of("shop"))), it => $"/audit?target={it.Of("shop")}", "id", "action", "target"),
        new("getAudit", it => ["audit", "show", it["audit"]], it => Call.Of(("id", it["audit"])), it => $"/audit/{it["audit"]}", "id", "action", "target", "actor", "hash"),
        new("getSettings", _ => ["settings"], _ => new Call(), _ => "/settings", "Issuer", "Database.Provider", "Sessions.IdleLimit"),
        new("exportAudit", it => ["audit", "export", "--target", it.Of("shop")], it => Call.Of(("target", it.Of("shop"))), it => $"/audit/export?target={it.Of("shop")}") { IsFile = true, IsLines = true },
        new("inspectToken", it => ["tokens", "inspect", it["token"]], it => Call.With($$"""{"token":"{{it["token"]}}"}"""), null, "client_id", "sub", "scope", "aud", "jti", "kid", "status", "issued_at", "expires_at")
        {
            Forms = it => [new Form("/tokens", "/tokens/inspect", ("token", it["token"]))],
        },
        new("exportConfiguration", _ => ["clients", "export", "--all"], _ => new Call(), _ => "/configuration/export") { IsFile = true },
        new("planConfiguration", it => ["apply", "--file", it.File(DocumentStories.DocumentOf(it, "Coded")), "--dry-run"], it => Call.With(DocumentStories.DocumentOf(it, "Coded")), null, "steps.action", "steps.kind", "steps.name")
        {
            Forms = it => [new Form("/configuration", "/configuration/plan", ("document", DocumentStories.DocumentOf(it, "Coded")))],
            OfCommand = WithoutWarnings,
        },
        new("planImport", it => ["import", "keycloak", "--file", it.File(DocumentStories.RealmOf(it)), "--dry-run"], it => Call.With(DocumentStories.PartOf(it)), null) { OfCommand = WithoutWarnings },
        new("search", it => ["search", it.Of("s")[..1], "--limit", "50"], it => Call.Of(("q", it.Of("s")[..1]), ("limit", "50")), it => $"/search?q={it.Of("s")[..1]}", "items.id") { IsLoose = true },
    ];

    // A command tells them to people, on standard error.
    private static JsonNode WithoutWarnings(JsonNode plan, Face it)
    {
        plan["warnings"] = new JsonArray();
        return plan;
    }

    private static JsonNode One(JsonNode list, string member, string value) => list.AsArray().Single(row => row![member]!.ToString() == value)!.DeepClone();

    private static JsonArray ScopesOf(JsonNode resources) => new([.. resources.AsArray().SelectMany(resource => resource!["scopes"]!.AsArray().Select(scope => Scope(resource, scope!)))]);

    private static JsonObject Scope(JsonNode resource, JsonNode scope)
    {
        var document = new JsonObject { ["scope"] = (string?)(scope as JsonObject)?["name"] ?? scope.ToString(), ["resource"] = (string?)resource["identifier"] };
        if ((scope as JsonObject)?["description"] is { } description)
            document["description"] = description.DeepClone();
        return document;
    }
}
