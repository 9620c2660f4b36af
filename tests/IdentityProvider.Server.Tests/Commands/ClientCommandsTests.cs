using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Jose;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Keys;

namespace IdentityProvider.Server.Tests.Commands;

/// <summary><c>idp clients</c> and <c>idp resources</c>, by the real executable on a real database.</summary>
public sealed class ClientCommandsTests : IAsyncLifetime
{
    private string _database = "";
    private CommandLine _idp = null!;

    public async ValueTask InitializeAsync() => _idp = CommandLine.On(_database = await TestCluster.NewDatabaseAsync());

    public ValueTask DisposeAsync()
    {
        _idp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_client_is_registered_by_RFC_7591_changed_and_removed()
    {
        const string orders = "https://orders.example";
        await _idp.DoneAsync(["resources", "create", "--identifier", orders, "--scope", "orders.read"]);

        var made = await _idp.DoneAsync(
            ["clients", "create", "--file", "-"],
            $$"""{"client_id": "app", "redirect_uris": ["https://app.example/cb"], "grant_types": ["authorization_code", "refresh_token"], "scope": "openid orders.read", "resources": ["{{orders}}"]}""");

        Assert.Equal("app", made["client_id"]!.GetValue<string>());
        Assert.Equal(43, made["client_secret"]!.GetValue<string>().Length);
        Assert.Equal(0, made["client_secret_expires_at"]!.GetValue<long>());
        Assert.True(made["client_id_issued_at"]!.GetValue<long>() > 0);
        Assert.Equal("code", Assert.Single(made["response_types"]!.AsArray())!.GetValue<string>());

        // What is shown can be written back, and then only what was changed has changed.
        var shown = await _idp.DoneAsync(["clients", "show", "app"]);
        Assert.Null(shown["client_secret"]);
        shown["client_name"] = "The App";
        var written = await _idp.DoneAsync(["clients", "update", "app", "--file", "-"], shown.ToJsonString());
        Assert.Equal(shown.ToJsonString(), written.ToJsonString());

        Assert.StartsWith("client_id: ", (await _idp.RunAsync(["clients", "create", "--client-id", "app", "--redirect-uri", "https://app.example/cb", "--json"])).Refusal, StringComparison.Ordinal);
        Assert.True((await _idp.DoneAsync(["clients", "delete", "app"]))["deleted"]!.GetValue<bool>());
        Assert.StartsWith("client_id: ", (await _idp.RunAsync(["clients", "delete", "app", "--json"])).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_is_an_address_is_denied_listed_and_allowed_again()
    {
        const string address = "https://agent.example/client.json";
        Assert.True((await _idp.DoneAsync(["clients", "delete", address]))["denied"]!.GetValue<bool>());
        Assert.Equal(address, Assert.Single((await _idp.DoneAsync(["clients", "denied"])).AsArray())!["client_id"]!.GetValue<string>());
        Assert.True((await _idp.DoneAsync(["clients", "allow", address]))["allowed"]!.GetValue<bool>());
        Assert.StartsWith("client_id: ", (await _idp.RunAsync(["clients", "allow", address, "--json"])).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_with_keys_has_no_secret_and_moves_from_key_to_key()
    {
        var (one, two) = (SigningKey.Generate(SignatureAlgorithm.PS256), SigningKey.Generate(SignatureAlgorithm.PS256));
        using var folder = new TemporaryFolder();
        var file = folder.File("jwks.json");
        await File.WriteAllBytesAsync(file, new JsonWebKeySet([one.PublicKey]).ToUtf8Bytes(), TestContext.Current.CancellationToken);
        var made = await _idp.DoneAsync(
            ["clients", "create", "--client-id", "bank", "--redirect-uri", "https://bank.example/cb", "--auth-method", "private_key_jwt", "--jwks", file]);
        Assert.Null(made["client_secret"]);
        Assert.StartsWith("token_endpoint_auth_method: ", (await _idp.RunAsync(["clients", "rotate-secret", "bank", "--json"])).Refusal, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(file, new JsonWebKeySet([one.PublicKey, two.PublicKey]).ToUtf8Bytes(), TestContext.Current.CancellationToken);
        Assert.Equal(2, (await _idp.DoneAsync(["clients", "update", "bank", "--jwks", file]))["jwks"]!["keys"]!.AsArray().Count);
        var moved = await _idp.DoneAsync(["clients", "update", "bank", "--jwks-uri", "https://bank.example/jwks"]);
        Assert.Equal("https://bank.example/jwks", moved["jwks_uri"]!.GetValue<string>());
        Assert.Null(moved["jwks"]);
    }

    [Fact]
    public async Task A_secret_is_shown_once_and_kept_as_a_hash_and_an_old_one_ends_after_the_grace()
    {
        var made = await _idp.RunAsync(["clients", "create", "--client-id", "app", "--redirect-uri", "https://app.example/cb"]);
        var rotated = await _idp.DoneAsync(["clients", "rotate-secret", "app", "--keep-old", "1h"]);
        var latest = await _idp.DoneAsync(["clients", "rotate-secret", "app", "--revoke-old"]);

        // A table for people has it unbroken too.
        var first = made.StandardOutput.Split('\n').Single(line => line.Contains("client_secret ", StringComparison.Ordinal)).Split('│')[2].Trim();
        string[] secrets = [first, rotated["client_secret"]!.GetValue<string>(), latest["client_secret"]!.GetValue<string>()];
        Assert.Equal(3, secrets.Distinct().Count());
        var kept = await ClusterFolder.AskAsync(_database, """SELECT string_agg(encode("Hash", 'hex') || CASE WHEN "ExpiresAt" IS NULL THEN ' valid' ELSE ' ends' END, ',' ORDER BY "CreatedAt") FROM "ClientSecrets" """);
        Assert.Equal(string.Join(',', secrets.Select((s, i) => Hash(s) + (i == 2 ? " valid" : " ends"))), kept);

        // No table has one as it was shown.
        foreach (var secret in secrets)
            Assert.Equal("0", await ClusterFolder.AskAsync(_database, $"""SELECT (SELECT count(*) FROM "Clients" WHERE "Document"::text LIKE '%{secret}%') + (SELECT count(*) FROM "ClientSecrets" c WHERE c::text LIKE '%{secret}%')"""));
    }

    [Fact]
    public async Task A_public_client_has_no_secret_and_one_that_becomes_confidential_gets_one()
    {
        var made = await _idp.DoneAsync(["clients", "create", "--client-id", "spa", "--public", "--redirect-uri", "https://spa.example/cb"]);
        Assert.Null(made["client_secret"]);
        Assert.NotNull((await _idp.DoneAsync(["clients", "update", "spa", "--auth-method", "client_secret_post"]))["client_secret"]);
        await _idp.DoneAsync(["clients", "update", "spa", "--public"]);

        Assert.Equal("0", await ClusterFolder.AskAsync(_database, """SELECT count(*) FROM "ClientSecrets" """));
    }

    [Fact]
    public async Task Where_refresh_tokens_go_is_an_option_and_the_default_is_spelt_out()
    {
        string[] spa = ["clients", "create", "--client-id", "spa", "--public", "--redirect-uri", "https://spa.example/cb", "--grant", "authorization_code", "--grant", "refresh_token", "--refresh-token-delivery", "cookie"];
        Assert.StartsWith("refresh_token_delivery: ", (await _idp.RunAsync([.. spa, "--json"])).Refusal, StringComparison.Ordinal);
        var made = await _idp.DoneAsync([.. spa, "--allowed-origin", "https://spa.example"]);
        var body = await _idp.DoneAsync(["clients", "update", "spa", "--refresh-token-delivery", "body"]);
        Assert.Equal(("cookie", "body"), (made["refresh_token_delivery"]!.GetValue<string>(), body["refresh_token_delivery"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_mistake_is_one_line_that_names_the_member_and_a_warning_leaves_the_document_alone()
    {
        Assert.StartsWith("redirect_uri: ", (await _idp.RunAsync(["clients", "create", "-f", "-", "--json"], """{"redirect_uri": "https://app.example/cb"}""")).Refusal, StringComparison.Ordinal);

        var warned = await _idp.RunAsync(["clients", "create", "--redirect-uri", "https://app.example/cb", "--require-pkce", "false", "--json"]);
        Assert.False(warned.Json["require_pkce"]!.GetValue<bool>());
        Assert.StartsWith("warning: require_pkce: ", warned.StandardError, StringComparison.Ordinal);
    }

    private static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(secret)));
}
