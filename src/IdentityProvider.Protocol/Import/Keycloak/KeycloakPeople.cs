using System.Text.Json;
using System.Text.Json.Nodes;

namespace IdentityProvider.Protocol.Import.Keycloak;

/// <summary>A realm's people.</summary>
internal sealed class KeycloakPeople(KeycloakRealm realm, KeycloakRoles roles, KeycloakGroups groups, ImportChoices choices, ImportReport report)
{
    /// <summary>Which attribute is which claim; those of a name of its own are the claim's.</summary>
    private static readonly Dictionary<string, string> ClaimOfAttribute = new(StringComparer.Ordinal)
    {
        ["locale"] = "locale", ["zoneinfo"] = "zoneinfo", ["birthdate"] = "birthdate", ["gender"] = "gender", ["nickname"] = "nickname", ["picture"] = "picture",
        ["website"] = "website", ["profile"] = "profile", ["middleName"] = "middle_name", ["middle_name"] = "middle_name", ["phoneNumber"] = "phone_number",
        ["phone_number"] = "phone_number", ["phone"] = "phone_number",
    };

    /// <summary>Which attribute is which part of the address, by the names that Keycloak's own mapper looks for.</summary>
    private static readonly Dictionary<string, string> PartOfAttribute = new(StringComparer.Ordinal)
    {
        ["street"] = "street_address", ["locality"] = "locality", ["region"] = "region", ["postal_code"] = "postal_code", ["country"] = "country", ["formatted"] = "formatted",
    };

    private static readonly string[] Marks = ["phoneNumberVerified", "phone_number_verified"];

    private readonly PersonIntake _intake = new(report);

    private readonly Dictionary<string, KeycloakProvider> _providers =
        (realm.IdentityProviders ?? []).Where(provider => provider.Alias is not null).DistinctBy(provider => provider.Alias).ToDictionary(provider => provider.Alias!, StringComparer.Ordinal);

    /// <summary>The person; null where they stay behind.</summary>
    public ImportedPerson? Read(KeycloakUser user)
    {
        if (user.ServiceAccountClientId is not null || user.Username is not { Length: > 0 } username || !_intake.Takes(username))
            return null;
        Tell(user, username);
        return new ImportedPerson
        {
            Username = username,
            Sub = _intake.Sub(username, user.Id),
            PasswordHash = PasswordOf(user, username),
            AuthenticatorKey = AuthenticatorOf(user, username),
            Claims = _intake.Claims(username, ClaimsOf(user, username)),
            Roles = roles.NamesOf(user.RealmRoles, user.ClientRoles),
            Groups = [.. (user.Groups ?? []).Select(groups.NameOf).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            IsDisabled = user.Enabled == false,
            Links = [.. LinksOf(user, username)],
        };
    }

    private Dictionary<string, JsonNode?> ClaimsOf(KeycloakUser user, string username)
    {
        var claims = new Dictionary<string, JsonNode?>
        {
            ["given_name"] = user.FirstName,
            ["family_name"] = user.LastName,
            ["name"] = string.Join(' ', new[] { user.FirstName, user.LastName }.Where(part => !string.IsNullOrWhiteSpace(part))),
            ["email"] = user.Email,
            ["email_verified"] = user.EmailVerified,
        };
        var address = new JsonObject();
        foreach (var (name, values) in user.Attributes ?? [])
        {
            var text = FirstOf(values);
            if (ClaimOfAttribute.TryGetValue(name, out var claim))
                claims[claim] = text;
            else if (PartOfAttribute.TryGetValue(name, out var part))
                address[part] = text;
            else if (Marks.Contains(name, StringComparer.Ordinal))
                claims["phone_number_verified"] = text == "true";
            else
                report.Add(LeftBehind.OfPerson, username, $"attribute {name}", "is no standard claim (OpenID Connect Core §5.1), and others are not kept here");
        }

        claims["address"] = address;
        return claims;
    }

    private static string? FirstOf(JsonElement values)
    {
        var first = values.ValueKind is JsonValueKind.Array ? values.EnumerateArray().FirstOrDefault() : values;
        return KeycloakText.Of(first);
    }

    private string? PasswordOf(KeycloakUser user, string username)
    {
        if ((user.Credentials ?? []).FirstOrDefault(credential => credential.Type == "password") is not { } password)
            return null;
        if (password.Value is not null)
        {
            report.Add(LeftBehind.OfPerson, username, "password", "is in the file in the clear, so it is nobody's secret any more: let the person set a new one");
            return null;
        }

        return _intake.Hash(username, password.SecretData is not null ? Credential(password.SecretData, password.CredentialData) : Credential(
            new JsonObject { ["salt"] = password.Salt, ["value"] = password.HashedSaltedValue }.ToJsonString(),
            new JsonObject { ["algorithm"] = password.Algorithm ?? "pbkdf2-sha256", ["hashIterations"] = password.HashIterations }.ToJsonString()));
    }

    // The form in which `idp users create --password-hash` takes it too.
    private static string Credential(string secretData, string? credentialData) =>
        new JsonObject { ["secretData"] = secretData, ["credentialData"] = credentialData }.ToJsonString();

    // RFC 6238 as every app computes it; an app that computes otherwise would show codes that are wrong here.
    private byte[]? AuthenticatorOf(KeycloakUser user, string username)
    {
        byte[]? key = null;
        foreach (var credential in (user.Credentials ?? []).Where(credential => credential.Type is "otp" or "totp"))
        {
            if (key is null && (key = AuthenticatorKey.OfKeycloak(credential.SecretData, credential.CredentialData)) is not null)
                continue;
            report.Add(LeftBehind.OfPerson, username, "otp", "one authenticator app comes along, of SHA-1, six digits and 30 seconds: the person adds it anew");
        }

        return key;
    }

    private IEnumerable<ImportedLink> LinksOf(KeycloakUser user, string username)
    {
        foreach (var link in user.FederatedIdentities ?? [])
        {
            var provider = _providers.GetValueOrDefault(link.IdentityProvider ?? "");
            var issuer = choices.Issuers.GetValueOrDefault(link.IdentityProvider ?? "") ?? provider?.Config?.GetValueOrDefault("issuer") ?? (provider?.ProviderId == "google" ? "https://accounts.google.com" : null);
            if (issuer is { Length: > 0 } && link.UserId is { Length: > 0 } subject)
                yield return new(issuer, subject);
            else
                report.Add(LeftBehind.OfPerson, username, $"link {link.IdentityProvider}", "the provider's issuer is not known: say it by --issuer NAME=URI");
        }
    }

    private void Tell(KeycloakUser user, string username)
    {
        if (user.FederationLink is not null)
            report.Add(LeftBehind.OfPerson, username, "federationLink", "the password is in a directory, which this server doesn't ask: let the person set one");
        if (KeycloakRoles.Administers(user.ClientRoles))
            report.Add(LeftBehind.OfPerson, username, "realm-management", "who runs this server is said here: `idp users grant-role`");
        foreach (var kind in (user.Credentials ?? []).Select(credential => credential.Type ?? "").Where(kind => kind is not ("password" or "otp" or "totp")).Distinct(StringComparer.Ordinal))
        {
            report.Add(LeftBehind.OfPerson, username, kind, kind.StartsWith("webauthn", StringComparison.Ordinal)
                ? "a passkey is bound to the site that made it: the person adds one anew"
                : "is no way to sign in here");
        }

        foreach (var action in (user.RequiredActions ?? []).Distinct(StringComparer.Ordinal))
            report.Add(LeftBehind.OfPerson, username, $"required action {action}", "nobody is held up by such a thing at sign-in here");
    }
}
