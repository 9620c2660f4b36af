using IdentityProvider.Server.Tests.Pages;

namespace IdentityProvider.Server.Tests.Admin.Faces;

/// <summary>One of each kind, for who looks at them.</summary>
internal static class ReaderThings
{
    public static async Task MakeAsync(Face it)
    {
        await it.DoneAsync("resources", "create", "--identifier", $"https://{it.Name}.example", "--name", "Notes", "--scope", "notes.read", "--scope", "notes.write");
        await it.DoneAsync("clients", "create", "--client-id", it.Of("shop"), "--name", "Shop & <sons>", "--redirect-uri", "https://shop.example/cb", "--redirect-uri", "https://shop.example/cb2", "--scope", "openid", "--scope", "email");
        await it.DoneAsync("clients", "rotate-secret", it.Of("shop"), "--keep-old", "1h");
        await it.DoneAsync("clients", "delete", $"https://{it.Name}.example/client.json");
        it["policy"] = (string)(await it.DoneAsync("registration-policies", "create", "--name", it.Of("partners"), "--scope", "openid"))["policy_id"]!;
        await it.DoneAsync("upstreams", "create", "--name", it.Of("work"), "--issuer", $"https://work.{it.Name}.example", "--client-id", "us", "--client-secret", "a-secret-of-ours", "--label", "Work");

        await it.DoneAsync("groups", "create", it.Of("cooks"), "--role", it.Of("baker"));
        await it.DoneAsync("roles", "create", it.Of("teller"));
        await it.Server.AddPersonAsync(user => (user.UserName, user.Claims) = (it.Of("mary"), """{"given_name":"Mary","family_name":"O'Hara"}"""));
        it["sub"] = (await it.Server.UserIdAsync(it.Of("mary"))).ToString("D");
        await it.DoneAsync("users", "grant-role", it.Of("mary"), it.Of("staff"));
        await it.DoneAsync("users", "add-to-group", it.Of("mary"), it.Of("cooks"));
        using (var browser = new Browser(it.Server, userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"))
        {
            await browser.SignInAsync(await browser.OpenAsync("/login"), it.Of("mary"));
            await AppAccess.OpenAsync(it.Server, browser);
        }

        it["family"] = await NewestAsync(it, "FamilyId");
        it["sid"] = await NewestAsync(it, "SessionId");
        it["kid"] = await it.AskAsync("""SELECT min("Kid") FROM "SigningKeys" WHERE "RevokedAt" IS NULL""");
        it["message"] = await OperatingStories.MessageAsync(it);
        it["stream"] = await OperatingStories.StreamAsync(it);
        await it.DoneAsync("issuers", "create", "--issuer", TrustStories.IssuerOf(it), "--jwks-uri", $"{TrustStories.IssuerOf(it)}/jwks", "--client", it.Of("runner"), "--scope", "orders.read");
        await it.DoneAsync("authorization-details-types", "create", "--file", it.File(TrustStories.TypeOf(it.Of("payment"))));
        await OperatingStories.TokenAsync(it);
        it["audit"] = (string)(await it.DoneAsync("audit", "list", "--target", it.Of("shop")))[0]!["id"]!;
    }

    private static async Task<string> NewestAsync(Face it, string column) =>
        (await it.AskAsync($"""SELECT "{column}"::text FROM "TokenFamilies" WHERE "UserId" = '{it["sub"]}' LIMIT 1""")).Replace("-", "", StringComparison.Ordinal);
}
