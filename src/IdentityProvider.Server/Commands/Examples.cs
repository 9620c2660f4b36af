using System.CommandLine;

namespace IdentityProvider.Server.Commands;

/// <summary>How commands are used, by their words. A test reads every line as it would be typed.</summary>
internal static class Examples
{
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> All { get; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
    {
        [""] = ["idp serve", "idp clients create --name Shop --redirect-uri https://shop.example/cb", "idp users create --username alice --password -", "idp doctor"],
        ["clients"] = ["idp clients create --name Shop --redirect-uri https://shop.example/cb", "idp clients show shop --json"],
        ["clients create"] =
        [
            "idp clients create --name Shop --redirect-uri https://shop.example/cb --grant authorization_code --grant refresh_token",
            "idp clients create --name Dashboard --public --redirect-uri https://dash.example/cb --allowed-origin https://dash.example",
            "idp clients create --client-id nightly --grant client_credentials --resource https://orders.example --scope orders.read",
            "idp clients create --file client.json",
        ],
        ["clients update"] = ["idp clients update shop --redirect-uri https://shop.example/cb --redirect-uri https://shop.example/cb2", "idp clients update shop --file client.json"],
        ["clients delete"] = ["idp clients delete shop --dry-run", "idp clients delete shop"],
        ["clients rotate-secret"] = ["idp clients rotate-secret shop --keep-old 7d", "idp clients rotate-secret shop --revoke-old"],
        ["clients end-secret"] = ["idp clients secrets shop", "idp clients end-secret shop 9f86d081884c7d65"],
        ["clients snippet"] = ["idp clients snippet shop --for node", "idp clients snippet shop --for spring --resource https://orders.example --json"],
        ["resources create"] = ["idp resources create --identifier https://orders.example --name Orders --scope orders.read --scope orders.write", "idp resources create --file orders.json"],
        ["resources update"] = ["idp resources update https://orders.example --revocation introspection", "idp resources update https://orders.example --file orders.json"],
        ["registration-policies create"] = ["idp registration-policies create --name Partners --scope openid --redirect-host *.partner.example --max-clients 20 --expires-in 30d"],
        ["authorization-details-types create"] = ["idp authorization-details-types create --file payment.json"],
        ["users create"] = ["idp users create --username alice --password - --role editor", "idp users create --username bob --password-hash - --claims bob.json"],
        ["users invite"] = ["idp users invite --email carol@example.com --role editor"],
        ["users update"] = ["idp users update alice --claims changes.json"],
        ["users set-password"] = ["idp users set-password alice --password -"],
        ["users link"] = ["idp users link alice https://login.other.example 248289761001"],
        ["users grant-role"] = ["idp users grant-role alice operator"],
        ["users delete"] = ["idp users delete alice --dry-run", "idp users delete alice"],
        ["groups create"] = ["idp groups create Editors --role editor"],
        ["groups show"] = ["idp groups show Editors --members --limit 500"],
        ["sessions list"] = ["idp sessions list --user alice"],
        ["sessions end"] = ["idp sessions end 0196f1d4c0a57b6c8f1e2d3c4b5a6978", "idp sessions end --user alice"],
        ["families list"] = ["idp families list --user alice"],
        ["families end"] = ["idp families end 0196f1d4c0a57b6c8f1e2d3c4b5a6978 --dry-run", "idp families end 0196f1d4c0a57b6c8f1e2d3c4b5a6978"],
        ["grants revoke"] = ["idp grants list --user alice", "idp grants revoke shop --user alice"],
        ["settings"] = ["idp settings", "idp settings --server https://login.example.com --json"],
        ["search"] = ["idp search alice", "idp search orders --kind resource"],
        ["tokens inspect"] = ["idp tokens inspect -"],
        ["tokens revoke"] = ["idp tokens revoke -", "idp tokens revoke --user alice --client shop", "idp tokens revoke --client shop --dry-run"],
        ["keys rotate"] = ["idp keys rotate"],
        ["keys revoke"] = ["idp keys list", "idp keys revoke 2xUz1cQb --dry-run"],
        ["signals streams list"] = ["idp signals streams list --client hr"],
        ["signals streams set-status"] = ["idp signals streams set-status 5f0a7c1e2b3d4f60918273645546372a paused --reason Maintenance"],
        ["signals streams delete"] = ["idp signals streams delete 5f0a7c1e2b3d4f60918273645546372a --dry-run", "idp signals streams delete 5f0a7c1e2b3d4f60918273645546372a"],
        ["outbox list"] = ["idp outbox list --state given_up"],
        ["issuers create"] = ["idp issuers create --file github.json"],
        ["upstreams create"] = ["idp upstreams create --name work --issuer https://login.work.example --client-id idp --client-secret - --label Work --create always --email-domain work.example"],
        ["login"] = ["idp login --server https://login.example.com", "idp clients list --server https://login.example.com"],
        ["logout"] = ["idp logout --server https://login.example.com"],
        ["import openiddict"] = ["idp import openiddict --connection - --dry-run"],
        ["import duende"] = ["idp import duende --connection - --provider SqlServer --api orders=https://orders.example --keep-secrets 90d"],
        ["import keycloak"] = ["idp import keycloak --file realm.json --dry-run", "idp import keycloak --file realm.json --api orders=https://orders.example --redirect-uri shop=https://shop.example/cb --keep-secrets 30d"],
        ["database script"] = ["idp database script", "idp database script --role idp_app"],
        ["database restored"] = ["idp database restored --dry-run", "idp database restored --end-everything"],
        ["database prune"] = ["idp database prune --dry-run", "idp database prune"],
        ["completion"] = ["idp completion bash"],
    };

    public static IReadOnlyList<string> Of(Command command) => All.TryGetValue(string.Join(' ', Root.PathOf(command)), out var examples) ? examples : [];
}
