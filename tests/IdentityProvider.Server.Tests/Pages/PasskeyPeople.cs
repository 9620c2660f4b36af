using System.Text.Json;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary>People with passkeys: what our script does in a browser, done by a test.</summary>
internal static class PasskeyPeople
{
    public const string Section = "/account/security";

    /// <summary>The options that a form asks for, and the sealed challenge.</summary>
    public static async Task<(JsonElement Options, string Challenge)> AskAsync(this Browser browser, Page page, string action)
    {
        var answer = await browser.SendAsync(HttpMethod.Post, action + "/options", Form(page, action));
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.Status);
        using var json = JsonDocument.Parse(answer.Html);
        return (json.RootElement.GetProperty("options").Clone(), json.RootElement.GetProperty("challenge").GetString()!);
    }

    /// <summary>The fields of a page's form, without those that an authenticator fills.</summary>
    public static Dictionary<string, string> Form(Page page, string action) => page.FormWith($"action=\"{action}\"").Fields;

    /// <summary>Sends an authenticator's answer, without following.</summary>
    public static Task<Page> AnswerAsync(this Browser browser, Page page, string action, string challenge, Dictionary<string, string> answer, params (string Name, string Value)[] values)
    {
        var fields = Form(page, action);
        foreach (var (name, value) in answer.Select(field => (field.Key, field.Value)).Append(("challenge", challenge)).Concat(values))
            fields[name] = value;
        return browser.SendAsync(HttpMethod.Post, action, fields);
    }

    /// <summary>Makes a passkey on the account's page; what that answers, without following.</summary>
    public static async Task<Page> AddPasskeyAsync(this Browser browser, SoftAuthenticator authenticator, string name = "Phone")
    {
        var page = await browser.OpenAsync(Section);
        var (options, challenge) = await browser.AskAsync(page, "/account/passkeys");
        return await browser.AnswerAsync(page, "/account/passkeys", challenge, authenticator.Create(options), ("name", name));
    }

    /// <summary>Uses a passkey on a page of the sign-in; what that answers, without following.</summary>
    public static async Task<Page> UsePasskeyAsync(this Browser browser, Page page, SoftAuthenticator authenticator, string action = "/login/passkey")
    {
        var (options, challenge) = await browser.AskAsync(page, action);
        return await browser.AnswerAsync(page, action, challenge, authenticator.Get(options));
    }

    /// <summary>A new account with a passkey, made in a browser that is signed in.</summary>
    public static async Task<(string Username, SoftAuthenticator Passkey)> AddPersonWithPasskeyAsync(this TestServer server, SoftAuthenticator? authenticator = null, Action<User>? edit = null)
    {
        var username = await server.AddPersonAsync(edit);
        using var browser = new Browser(server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        var passkey = (authenticator ?? new SoftAuthenticator()) with { UserHandle = (await server.UserIdAsync(username)).ToString() };
        Assert.Equal(Section + "?passkey=added#passkeys", (await browser.AddPasskeyAsync(passkey)).Location);
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        return (username, passkey);
    }
}
