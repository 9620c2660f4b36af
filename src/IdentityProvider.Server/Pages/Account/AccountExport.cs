using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Mail;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Pages.Account;

/// <summary>
/// All that is held on a person, as one JSON document in our own words: their account and claims, where they are and were signed in, what apps have,
/// what happened. No secret: neither a password's hash nor a key, nor what a cookie or a token could be made of.
/// </summary>
internal sealed class AccountExport(HeldOnPerson held, Registry registry, TimeProvider clock)
{
    public const string FileName = "account-data.json";

    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The document; null where the account is gone.</summary>
    public async Task<byte[]?> WriteAsync(UserManager<User> users, Guid userId, CancellationToken cancellation)
    {
        if (await users.FindByIdAsync(userId.ToString("D")) is not { } user)
            return null;
        var now = clock.GetUtcNow();
        var document = new JsonObject
        {
            ["exported_at"] = Moment(now),
            ["account"] = new JsonObject
            {
                ["sub"] = user.Id.ToString("D"),
                ["username"] = user.UserName,
                ["email"] = user.Email,
                ["email_verified"] = user.EmailConfirmed,
                ["created_at"] = Moment(user.CreatedAt),
                ["has_password"] = user.PasswordHash is not null,
                ["has_authenticator_app"] = user.TwoFactorEnabled,
                ["claims"] = JsonNode.Parse(user.Claims),
                ["roles"] = Names(await users.GetRolesAsync(user)),
                ["groups"] = Names(await held.GroupsAsync(userId, cancellation)),
            },
            ["links"] = Array((await users.GetLoginsAsync(user)).Select(link => new JsonObject { ["issuer"] = link.LoginProvider, ["subject"] = link.ProviderKey })),
            ["passkeys"] = Array((await held.PasskeysAsync(userId, cancellation)).Select(passkey => new JsonObject
            {
                ["name"] = passkey.Name, ["created_at"] = Moment(passkey.CreatedAt), ["last_used_at"] = Moment(passkey.LastUsedAt),
            })),
            ["browsers"] = Array((await held.BrowsersAsync(userId, cancellation)).Select(Browser)),
            ["sessions"] = Array((await held.SessionsAsync(userId, cancellation)).Select(SignIn)),
            ["grants"] = await AppsAsync(await held.GrantsAsync(userId, cancellation), cancellation),
            ["access"] = await AccessAsync(userId, now, cancellation),
            ["mails"] = Array((await held.MailsAsync(userId, cancellation)).Select(Mail)),
            ["history"] = Array((await held.HistoryAsync(userId, now, cancellation)).Select(Line)),
        };
        return JsonSerializer.SerializeToUtf8Bytes(document, Written);
    }

    private async Task<JsonArray> AppsAsync(IEnumerable<Grant> grants, CancellationToken cancellation)
    {
        var apps = new JsonArray();
        foreach (var grant in grants)
        {
            apps.Add(new JsonObject
            {
                ["client_id"] = grant.ClientId,
                ["client_name"] = (await registry.FindClientAsync(grant.ClientId, cancellation))?.ClientName,
                ["scope"] = grant.Scope.ToString(),
                ["resources"] = Names(grant.Resources),
                ["claims"] = Names(grant.Claims),
                ["updated_at"] = Moment(grant.UpdatedAt),
            });
        }

        return apps;
    }

    private async Task<JsonArray> AccessAsync(Guid userId, DateTimeOffset now, CancellationToken cancellation)
    {
        var access = new JsonArray();
        foreach (var family in await held.FamiliesAsync(userId, now, cancellation))
        {
            access.Add(new JsonObject
            {
                ["client_id"] = family.ClientId,
                ["client_name"] = (await registry.FindClientAsync(family.ClientId, cancellation))?.ClientName,
                ["sid"] = family.SessionId?.ToString("N"),
                ["scope"] = family.Scope.ToString(),
                ["resources"] = Names(family.Resources),
                ["created_at"] = Moment(family.CreatedAt),
                ["last_used_at"] = Moment(family.RotatedAt),
                ["expires_at"] = Moment(family.ExpiresAt),
            });
        }

        return access;
    }

    private static JsonObject Browser(KnownBrowser browser) => new()
    {
        ["first_seen_at"] = Moment(browser.FirstSeenAt),
        ["last_seen_at"] = Moment(browser.LastSeenAt),
        ["address"] = browser.Address,
        ["user_agent"] = browser.UserAgent,
        ["remembered_until"] = Moment(browser.TrustedUntil),
    };

    private static JsonObject SignIn(Session session) => new()
    {
        ["sid"] = session.SessionId.ToString("N"),
        ["signed_in_at"] = Moment(session.AuthTime),
        ["amr"] = Names(session.Amr),
        ["acr"] = session.Acr,
        ["last_used_at"] = Moment(session.LastUsedAt),
        ["expires_at"] = Moment(session.ExpiresAt),
        ["ended_at"] = Moment(session.EndedAt),
        ["address"] = session.Address,
        ["user_agent"] = session.UserAgent,
    };

    // What it says is made when it is sent, and a link in it works by a secret that lies nowhere: this is all there is.
    private static JsonObject Mail(OutboxMessage message)
    {
        var (kind, facts) = (message.Mail!.Kind, message.Mail.Facts);
        return new JsonObject
        {
            ["about"] = kind is MailKind.Notice ? facts.GetValueOrDefault(Letters.Notice) : kind.ToString(),
            ["to"] = message.Mail.Address,
            ["detail"] = facts.GetValueOrDefault(Letters.Detail),
            ["device"] = facts.GetValueOrDefault(Letters.Device),
            ["address"] = facts.GetValueOrDefault(Letters.NetworkAddress),
            ["created_at"] = Moment(message.CreatedAt),
            ["sent_at"] = Moment(message.DeliveredAt),
            ["given_up_at"] = Moment(message.GivenUpAt),
        };
    }

    private static JsonObject Line(SignInEvent line) => new()
    {
        ["at"] = Moment(line.At),
        ["outcome"] = line.Outcome.ToString(),
        ["count"] = line.Count,
        ["detail"] = line.Detail,
        ["address"] = line.Address,
        ["user_agent"] = line.UserAgent,
    };

    private static string? Moment(DateTimeOffset? moment) => moment is { } at ? Moments.Machine(at) : null;

    private static JsonArray Array(IEnumerable<JsonObject> things) => new([.. things]);

    private static JsonArray Names(IEnumerable<string>? names) => new([.. (names ?? []).Select(name => JsonValue.Create(name))]);
}
