using System.Net.Http.Headers;
using System.Text;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Endpoints.Registration;

/// <summary>Clients that register themselves at a server, over HTTP.</summary>
internal static class Registering
{
    public const string App = """{"client_name":"App","redirect_uris":["https://app.example/cb"],"grant_types":["authorization_code","refresh_token"]}""";

    public static readonly Resource Notes = new() { Identifier = SignedIn.NotesApi, Name = "Notes", Scopes = [new("notes.read", "Read your notes"), new("notes.write")] };

    /// <summary>A new initial access token, and the policy that it is for.</summary>
    public static async Task<(string Token, RegistrationPolicy Policy)> PolicyAsync(this TestServer server, Func<RegistrationPolicy, RegistrationPolicy>? edit = null)
    {
        var policy = new RegistrationPolicy
        {
            PolicyId = server.Get<Entropy>().NewId(),
            Name = "Agents",
            Scope = ScopeSet.Of(["openid", "offline_access", "notes.read"]),
            Resources = [Notes.Identifier],
            CreatedAt = server.Clock.GetUtcNow(),
        };
        policy = edit?.Invoke(policy) ?? policy;
        await server.Get<Resources>().AddAsync(Notes, TestContext.Current.CancellationToken);
        var token = server.Get<Entropy>().Token();
        await server.Get<RegistrationPolicies>().AddAsync(policy, SecretHash.Of(token), TestContext.Current.CancellationToken);
        return (token, policy);
    }

    public static Task<Answer> RegisterAsync(this TestServer server, string? token, string metadata = App) => server.AskAsync(HttpMethod.Post, "/register", token, metadata);

    /// <summary>A request about a registration, by a bearer token.</summary>
    public static async Task<Answer> AskAsync(this TestServer server, HttpMethod method, string path, string? token, string? metadata = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (metadata is not null)
            request.Content = new StringContent(metadata, Encoding.UTF8, "application/json");
        var message = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return new Answer(message.StatusCode, message, await message.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The path of a client's configuration.</summary>
    public static string PathOf(Answer registered) => new Uri(registered["registration_client_uri"]!).AbsolutePath;
}
