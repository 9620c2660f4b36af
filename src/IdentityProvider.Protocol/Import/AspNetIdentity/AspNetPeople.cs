using System.Text.Json.Nodes;

namespace IdentityProvider.Protocol.Import.AspNetIdentity;

/// <summary>People of ASP.NET Core Identity, which OpenIddict and Duende IdentityServer stand on: their hashes are this server's own kind.</summary>
internal sealed class AspNetPeople(RoleIntake roles, ImportChoices choices, ImportReport report)
{
    /// <summary>Who is locked out for longer than anybody would wait was disabled.</summary>
    private static readonly TimeSpan ForGood = TimeSpan.FromDays(365);

    /// <summary>Types of claims as .NET wrote them before OpenID Connect's names.</summary>
    private static readonly Dictionary<string, string> ClaimOfType = new(StringComparer.Ordinal)
    {
        ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"] = "given_name",
        ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"] = "family_name",
        ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"] = "name",
        ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/dateofbirth"] = "birthdate",
        ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/gender"] = "gender",
        ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/webpage"] = "website",
    };

    private static readonly string[] RoleTypes = ["role", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"];

    private static readonly string[] Standard =
        ["name", "given_name", "family_name", "middle_name", "nickname", "profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale"];

    /// <summary>What the account says already, by other columns.</summary>
    private static readonly string[] Passed =
    [
        "sub", "email", "email_verified", "phone_number", "phone_number_verified", "preferred_username", "updated_at",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier",
    ];

    private static readonly Dictionary<string, string> Known = new(StringComparer.OrdinalIgnoreCase) { ["Google"] = "https://accounts.google.com" };

    private readonly PersonIntake _intake = new(report);

    /// <summary>The person; null where they stay behind.</summary>
    public ImportedPerson? Read(AspNetUser user, DateTimeOffset now)
    {
        if (user.UserName is not { Length: > 0 } username || !_intake.Takes(username))
            return null;
        if (user.HasPasskeys)
            report.Add(LeftBehind.OfPerson, username, "passkeys", "a passkey is bound to the site that made it: the person adds one anew");
        return new ImportedPerson
        {
            Username = username,
            Sub = _intake.Sub(username, user.Id),
            PasswordHash = _intake.Hash(username, user.PasswordHash),
            AuthenticatorKey = AuthenticatorOf(user, username),
            Claims = _intake.Claims(username, ClaimsOf(user, username)),
            Roles = roles.Take(user.Roles.Concat(user.Claims.Where(claim => RoleTypes.Contains(claim.Type, StringComparer.Ordinal)).Select(claim => claim.Value).OfType<string>())),
            IsDisabled = user.LockoutEnd - now > ForGood,
            Links = [.. LinksOf(user, username)],
        };
    }

    private Dictionary<string, JsonNode?> ClaimsOf(AspNetUser user, string username)
    {
        var claims = new Dictionary<string, JsonNode?>
        {
            ["email"] = user.Email, ["email_verified"] = user.EmailConfirmed, ["phone_number"] = user.PhoneNumber, ["phone_number_verified"] = user.PhoneNumberConfirmed,
        };
        foreach (var (type, value) in user.Claims)
        {
            var name = ClaimOfType.GetValueOrDefault(type) ?? type;
            if (Standard.Contains(name, StringComparer.Ordinal))
                claims[name] = value;
            else if (!Passed.Contains(type, StringComparer.Ordinal) && !RoleTypes.Contains(type, StringComparer.Ordinal))
                report.Add(LeftBehind.OfPerson, username, $"claim {type}", "is no standard claim (OpenID Connect Core §5.1), and others are not kept here");
        }

        return claims;
    }

    // A key that was never confirmed by a code is nobody's second factor.
    private byte[]? AuthenticatorOf(AspNetUser user, string username)
    {
        if (!user.TwoFactorEnabled)
            return null;
        if (AuthenticatorKey.OfIdentity(user.AuthenticatorKey) is { } key)
            return key;
        report.Add(LeftBehind.OfPerson, username, "second factor", "has no authenticator app (codes by mail or SMS are not sent here): the person adds one, and a role or client may ask for it (`require_mfa`)");
        return null;
    }

    private IEnumerable<ImportedLink> LinksOf(AspNetUser user, string username)
    {
        foreach (var (provider, key) in user.Logins)
        {
            if ((choices.Issuers.GetValueOrDefault(provider) ?? Known.GetValueOrDefault(provider)) is { } issuer)
                yield return new(issuer, key);
            else
                report.Add(LeftBehind.OfPerson, username, $"link {provider}", "the provider's issuer is not known: say it by --issuer NAME=URI");
        }
    }
}
