using System.Collections.Specialized;
using System.Web;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary>People and clients at a server, and the requests that clients make.</summary>
public static class Person
{
    /// <summary>Of an authorization request: two factors, and no sign-in without them (Core §5.5.1.1).</summary>
    public const string TwoFactors = "claims=%7B%22id_token%22%3A%7B%22acr%22%3A%7B%22essential%22%3Atrue%2C%22values%22%3A%5B%22urn%3Aidp%3A2fa%22%5D%7D%7D%7D";

    public const string Password = "correct horse battery staple";
    public const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    private static int _people;

    /// <summary>A new account; its name.</summary>
    public static async Task<string> AddPersonAsync(this TestServer server, Action<User>? edit = null)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var user = new User { Id = server.Get<Entropy>().NewId(), UserName = $"person-{Interlocked.Increment(ref _people)}", CreatedAt = server.Clock.GetUtcNow() };
        edit?.Invoke(user);
        var result = await scope.ServiceProvider.GetRequiredService<UserManager<User>>().CreateAsync(user, Password);
        Assert.True(result.Succeeded, result.ToString());
        return user.UserName;
    }

    public static async Task<Client> AddClientAsync(this TestServer server, Func<Client, Client>? edit = null)
    {
        var id = "app-" + server.Get<Entropy>().NewId().ToString("N")[..8];
        var client = new Client
        {
            ClientId = id,
            ClientName = "The App",
            RedirectUris = ["https://app.example/cb"],
            PostLogoutRedirectUris = ["https://app.example/bye"],
            GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
            Scope = ScopeSet.Of(["openid", "profile", "email", "offline_access", "notes.read"]),
            Resources = [NotesApi.Identifier],
        };
        client = edit?.Invoke(client) ?? client;
        await server.Get<Resources>().AddAsync(NotesApi, TestContext.Current.CancellationToken);
        Assert.True(await server.Get<Clients>().AddAsync(client, TestContext.Current.CancellationToken));
        return client;
    }

    /// <summary>A consent that a person gave to a new client; its identifier.</summary>
    public static async Task<string> AddGrantAsync(this TestServer server, string username, Func<Client, Client>? edit = null)
    {
        var client = await server.AddClientAsync(edit);
        await server.Get<Grants>().PutAsync(
            new Grant { UserId = await server.UserIdAsync(username), ClientId = client.ClientId, Scope = ScopeSet.Of(["openid", "email"]), UpdatedAt = server.Clock.GetUtcNow() },
            TestContext.Current.CancellationToken);
        return client.ClientId;
    }

    public static async Task<Guid> UserIdAsync(this TestServer server, string username)
    {
        await using var scope = server.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<UserManager<User>>().FindByNameAsync(username))!.Id;
    }

    public static Resource NotesApi { get; } =
        new() { Identifier = "https://notes.example", Name = "Notes", Scopes = [new("notes.read", "Read your notes")], Revocation = RevocationStyle.Expiry };

    /// <summary>An authorization request, edited by a query of parameters to set; an empty value removes one.</summary>
    public static string Request(this Client client, string edits = "")
    {
        var query = HttpUtility.ParseQueryString($"client_id={client.ClientId}&redirect_uri={Uri.EscapeDataString(client.RedirectUris[0])}&response_type=code&scope=openid"
            + $"&state=the-state&nonce=the-nonce&code_challenge={Challenge}&code_challenge_method=S256");
        NameValueCollection edit = HttpUtility.ParseQueryString(edits);
        foreach (string name in edit)
        {
            if (edit[name] is "" or null)
                query.Remove(name);
            else
                query[name] = edit[name];
        }

        return "/authorize?" + query;
    }
}
