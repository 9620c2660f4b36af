using System.Net;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Endpoints.Registration;

/// <summary><c>/register/{client}</c> over HTTP (RFC 7592).</summary>
public sealed class ClientConfigurationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_client_reads_what_it_is_but_its_secret_once_only()
    {
        await using var server = await TestServer.StartAsync();
        var registered = await server.RegisterAsync((await server.PolicyAsync()).Token);

        var read = await server.AskAsync(HttpMethod.Get, Registering.PathOf(registered), registered["registration_access_token"]);

        Assert.Equal(HttpStatusCode.OK, read.Status);
        Assert.True(read.Message.Headers.CacheControl!.NoStore);
        var expected = JsonNode.Parse(registered.Text)!.AsObject();
        expected.Remove("client_secret");
        expected.Remove("client_secret_expires_at");
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(read.Text)), read.Text);
    }

    [Fact]
    public async Task What_is_put_replaces_all_that_was_and_the_token_and_the_secret_stay()
    {
        await using var signedIn = await SignedIn.StartAsync();
        var server = signedIn.Server;
        var registered = await server.RegisterAsync((await server.PolicyAsync()).Token, """{"client_name":"App","redirect_uris":["https://app.example/cb"],"policy_uri":"https://app.example/policy"}""");
        var (path, token) = (Registering.PathOf(registered), registered["registration_access_token"]);

        var put = await server.AskAsync(HttpMethod.Put, path, token, $$"""{"client_id":"{{registered["client_id"]}}","client_secret":"{{registered["client_secret"]}}","client_name":"New","redirect_uris":["https://new.example/cb"]}""");

        Assert.Equal((HttpStatusCode.OK, "New", token), (put.Status, put["client_name"], put["registration_access_token"]));
        Assert.Null(put["policy_uri"]);
        Assert.Null(put["client_secret"]);
        var client = (await server.Get<Clients>().FindAsync(registered["client_id"]!, Cancellation))!;
        Assert.Equal(["https://new.example/cb"], client.RedirectUris);
        Assert.Single(client.Secrets);
        Assert.True(client.IsSelfRegistered);

        // What was read can be written back, as a client would that changes one member (RFC 7592 §2.2).
        var document = JsonNode.Parse((await server.AskAsync(HttpMethod.Get, path, token)).Text)!.AsObject();
        foreach (var own in new[] { "registration_access_token", "registration_client_uri", "client_id_issued_at" })
            document.Remove(own);
        Assert.Equal(HttpStatusCode.OK, (await server.AskAsync(HttpMethod.Put, path, token, document.ToJsonString())).Status);
    }

    [Fact]
    public async Task What_an_operator_took_no_PUT_brings_back_and_what_an_operator_vouched_for_no_PUT_changes()
    {
        await using var server = await TestServer.StartAsync();
        using var idp = Commands.CommandLine.On(server.ConnectionString);
        var registered = await server.RegisterAsync((await server.PolicyAsync()).Token, """{"redirect_uris":["https://app.example/cb"],"scope":"openid notes.read"}""");
        var (path, token, id) = (Registering.PathOf(registered), registered["registration_access_token"], registered["client_id"]!);
        await idp.DoneAsync(["clients", "update", id, "--scope", "openid"]);

        var put = await server.AskAsync(HttpMethod.Put, path, token, $$"""{"client_id":"{{id}}","client_name":"New","redirect_uris":["https://app.example/cb"],"scope":"openid notes.read"}""");
        Assert.Equal((HttpStatusCode.OK, "New", "openid"), (put.Status, put["client_name"], put["scope"]));
        Assert.Equal("openid", (await server.Get<Clients>().FindAsync(id, Cancellation))!.Scope.ToString());

        var vouched = JsonNode.Parse(put.Text)!.AsObject();
        vouched["require_consent"] = false;
        await idp.DoneAsync(["clients", "update", id, "--file", "-"], Without(vouched));
        var refused = await server.AskAsync(HttpMethod.Put, path, token, $$"""{"client_id":"{{id}}","redirect_uris":["https://other.example/cb"]}""");
        Assert.Equal(((HttpStatusCode)Refusals.Of(Refusal.RegistrationIsTheOperators).Status, "access_denied"), (refused.Status, refused.Error));
        Assert.Equal(["https://app.example/cb"], (await server.Get<Clients>().FindAsync(id, Cancellation))!.RedirectUris);
    }

    // What a client has from registration, an operator's file doesn't.
    private static string Without(JsonObject registered)
    {
        foreach (var own in new[] { "registration_access_token", "registration_client_uri", "client_id_issued_at" })
            registered.Remove(own);
        return registered.ToJsonString();
    }

    [Fact]
    public async Task A_client_that_becomes_confidential_gets_a_secret_and_one_that_becomes_public_loses_it()
    {
        await using var server = await TestServer.StartAsync();
        var registered = await server.RegisterAsync((await server.PolicyAsync()).Token, """{"redirect_uris":["https://app.example/cb"],"token_endpoint_auth_method":"none"}""");
        var (path, token, id) = (Registering.PathOf(registered), registered["registration_access_token"], registered["client_id"]!);
        Assert.Null(registered["client_secret"]);

        var confidential = await server.AskAsync(HttpMethod.Put, path, token, $$"""{"client_id":"{{id}}","redirect_uris":["https://app.example/cb"]}""");
        Assert.Equal(43, confidential["client_secret"]!.Length);
        Assert.Single((await server.Get<Clients>().FindAsync(id, Cancellation))!.Secrets);

        await server.AskAsync(HttpMethod.Put, path, token, $$"""{"client_id":"{{id}}","redirect_uris":["https://app.example/cb"],"token_endpoint_auth_method":"none"}""");
        Assert.Empty((await server.Get<Clients>().FindAsync(id, Cancellation))!.Secrets);
    }

    [Theory]
    [InlineData("""{"client_id":"other","redirect_uris":["https://app.example/cb"]}""", "invalid_client_metadata")]
    [InlineData("""{"client_id":"ID","redirect_uris":["https://app.example/cb"],"client_secret":"chosen-by-the-client"}""", "invalid_client_metadata")]
    [InlineData("""{"client_id":"ID","redirect_uris":["https://app.example/cb"],"registration_access_token":"chosen"}""", "invalid_client_metadata")]
    [InlineData("""{"client_id":"ID","redirect_uris":["https://app.example/cb"],"scope":"notes.write"}""", "invalid_client_metadata")]
    [InlineData("""{"client_id":"ID","redirect_uris":["https://app.example/cb#x"]}""", "invalid_redirect_uri")]
    [InlineData("[]", "invalid_client_metadata")]
    public async Task A_wrong_update_changes_nothing(string body, string error)
    {
        await using var server = await TestServer.StartAsync();
        var registered = await server.RegisterAsync((await server.PolicyAsync()).Token);

        var answer = await server.AskAsync(
            HttpMethod.Put, Registering.PathOf(registered), registered["registration_access_token"], body.Replace("ID", registered["client_id"], StringComparison.Ordinal));

        Assert.Equal((HttpStatusCode.BadRequest, error), (answer.Status, answer.Error));
        Assert.Equal("App", (await server.Get<Clients>().FindAsync(registered["client_id"]!, Cancellation))!.ClientName);
    }

    [Fact]
    public async Task Another_clients_token_an_operators_client_and_no_client_at_all_look_alike()
    {
        await using var signedIn = await SignedIn.StartAsync();
        var server = signedIn.Server;
        var (initial, _) = await server.PolicyAsync();
        var (one, two) = (await server.RegisterAsync(initial), await server.RegisterAsync(initial));

        var refused = await server.AskAsync(HttpMethod.Get, Registering.PathOf(one), two["registration_access_token"]);
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_token"), (refused.Status, refused.Error));
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Put, HttpMethod.Delete })
        {
            foreach (var path in new[] { Registering.PathOf(one), "/register/nobody", "/register/" + SignedIn.App.ClientId, "/register/%C3%A9" })
            {
                foreach (var token in new[] { initial, two["registration_access_token"]!, one["client_secret"]! })
                    Assert.Equal((refused.Status, refused.Text), await server.AskAsync(method, path, token, Registering.App) is var answer ? (answer.Status, answer.Text) : default);
            }
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await server.AskAsync(HttpMethod.Get, Registering.PathOf(one), null)).Status);
    }

    [Fact]
    public async Task A_client_that_deletes_itself_leaves_nothing_that_works()
    {
        await using var signedIn = await SignedIn.StartAsync();
        var server = signedIn.Server;
        var registered = await server.RegisterAsync((await server.PolicyAsync()).Token, $$"""{"redirect_uris":["{{SignedIn.RedirectUri}}"],"grant_types":["authorization_code","refresh_token"],"token_endpoint_auth_method":"none"}""");
        var client = (await server.Get<Clients>().FindAsync(registered["client_id"]!, Cancellation))!;
        var tokens = await signedIn.TokensAsync(client);

        var deleted = await server.AskAsync(HttpMethod.Delete, Registering.PathOf(registered), registered["registration_access_token"]);
        Assert.Equal((HttpStatusCode.NoContent, ""), (deleted.Status, deleted.Text));
        await server.Get<Background.TopicWatch>().LookAsync(Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, (await server.AskAsync(HttpMethod.Get, Registering.PathOf(registered), registered["registration_access_token"])).Status);
        Assert.Equal("invalid_client", (await signedIn.RefreshAsync(client, tokens.RefreshToken)).Error);
        Assert.Equal(HttpStatusCode.Unauthorized, (await signedIn.UserInfoAsync(tokens.AccessToken)).Status);
    }
}
