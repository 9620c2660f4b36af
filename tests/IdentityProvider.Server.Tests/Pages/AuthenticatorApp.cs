using System.Text.RegularExpressions;
using IdentityProvider.Protocol.SignIn;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary>An authenticator app on a person's phone, and the recovery codes that they keep beside it.</summary>
internal sealed partial class AuthenticatorApp
{
    private readonly TestServer _server;
    private readonly byte[] _key;

    private AuthenticatorApp(TestServer server, byte[] key, IReadOnlyList<string> recoveryCodes) => (_server, _key, RecoveryCodes) = (server, key, recoveryCodes);

    public IReadOnlyList<string> RecoveryCodes { get; }

    public string KeyText => Totp.TextOf(_key);

    /// <summary>What the app shows now.</summary>
    public string Code => Totp.CodeOf(_key, Totp.StepOf(_server.Clock.GetUtcNow()));

    /// <summary>No code that is good now.</summary>
    public string WrongCode => Enumerable.Range(0, 10).Select(i => $"{i}00000").First(code => Totp.StepOfCode(_key, code, _server.Clock.GetUtcNow()) is null);

    /// <summary>What the app shows when all codes of before are over.</summary>
    public string NextCode()
    {
        _server.Clock.Advance(Totp.Step);
        return Code;
    }

    /// <summary>A person who signs in, in this browser, and sets the app up in their account.</summary>
    public static async Task<AuthenticatorApp> SetUpAsync(TestServer server, Browser browser, string username)
    {
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        return await ConfirmAsync(server, browser, await browser.OpenAsync("/account/security/authenticator"));
    }

    /// <summary>Sets the app up by a page that shows its key.</summary>
    public static async Task<AuthenticatorApp> ConfirmAsync(TestServer server, Browser browser, Page setup)
    {
        var key = KeyOf(setup);
        var codes = await browser.SubmitAsync(setup.FormWith("id=\"secret\""), ("code", Totp.CodeOf(key, Totp.StepOf(server.Clock.GetUtcNow()))));
        Assert.Equal("Keep your recovery codes", codes.Heading);
        LastPage = codes;
        return new AuthenticatorApp(server, key, [.. Line().Matches(codes.Html).Select(m => m.Groups[1].Value)]);
    }

    /// <summary>The page that showed the recovery codes.</summary>
    public static Page LastPage { get; private set; } = null!;

    /// <summary>The key that a page shows as text.</summary>
    public static byte[] KeyOf(Page setup)
    {
        var text = Secret().Match(setup.Html).Groups[1].Value.Replace(" ", "", StringComparison.Ordinal);
        Assert.NotEmpty(text);
        var (bytes, bits, held) = (new List<byte>(), 0, 0);
        foreach (var sign in text)
        {
            bits = ((bits << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(sign, StringComparison.Ordinal)) & 0xFFFF;
            if ((held += 5) < 8)
                continue;
            bytes.Add((byte)(bits >> (held -= 8)));
        }

        return [.. bytes];
    }

    [GeneratedRegex("id=\"secret\">([A-Z2-7 ]+)<")]
    private static partial Regex Secret();

    [GeneratedRegex("<li><code>([0-9A-Z]{5}-[0-9A-Z]{5})</code></li>")]
    private static partial Regex Line();
}
