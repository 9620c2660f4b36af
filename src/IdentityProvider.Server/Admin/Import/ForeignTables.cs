using IdentityProvider.Protocol.Import.AspNetIdentity;
using IdentityProvider.Protocol.Import.Duende;
using IdentityProvider.Protocol.Import.OpenIddict;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Import;

/// <summary>The tables of OpenIddict, of Duende IdentityServer and of ASP.NET Core Identity beside them, read once and in one moment.</summary>
internal static class ForeignTables
{
    private const string Users = "AspNetUsers";

    /// <summary>What OpenIddict's EF Core stores have.</summary>
    public static async Task<Operated<OpenIddictTables>> OpenIddictAsync(ForeignDatabase database, CancellationToken cancellation)
    {
        if (Refuse(database, "OpenIddictApplications", "OpenIddictScopes") is { } fault)
            return fault;
        var applications = await AllAsync(database, "OpenIddictApplications", row => new OpenIddictApplication
        {
            ClientId = row.Text("ClientId"),
            HasSecret = row.Text("ClientSecret") is { Length: > 0 },
            ClientType = row.Text("ClientType") ?? row.Text("Type"), // as it was called before version 5
            ApplicationType = row.Text("ApplicationType"),
            ConsentType = row.Text("ConsentType"),
            DisplayName = row.Text("DisplayName"),
            Permissions = row.Text("Permissions"),
            Requirements = row.Text("Requirements"),
            RedirectUris = row.Text("RedirectUris"),
            PostLogoutRedirectUris = row.Text("PostLogoutRedirectUris"),
            JsonWebKeySet = row.Text("JsonWebKeySet"),
            Settings = row.Text("Settings"),
        }, cancellation);
        var scopes = await AllAsync(
            database,
            "OpenIddictScopes",
            row => new OpenIddictScope { Name = row.Text("Name"), DisplayName = row.Text("DisplayName"), Description = row.Text("Description"), Resources = row.Text("Resources") },
            cancellation);
        return new OpenIddictTables { Applications = applications, Scopes = scopes, Roles = await RolesAsync(database, cancellation), Users = await UsersAsync(database, cancellation) };
    }

    /// <summary>What the configuration store of Duende IdentityServer has.</summary>
    public static async Task<Operated<DuendeTables>> DuendeAsync(ForeignDatabase database, CancellationToken cancellation)
    {
        if (Refuse(database, "Clients", "ClientGrantTypes", "ApiScopes", "ApiResources") is { } fault)
            return fault;
        var scopesOfApis = await ListsAsync(database, "ApiResourceScopes", "ApiResourceId", row => row.Text("Scope"), cancellation);
        var secretsOfApis = await ListsAsync(database, "ApiResourceSecrets", "ApiResourceId", Secret, cancellation);
        var claimsOfApis = await ListsAsync(database, "ApiResourceClaims", "ApiResourceId", row => row.Text("Type"), cancellation);
        return new DuendeTables
        {
            Clients = await ClientsAsync(database, cancellation),
            Apis = await AllAsync(database, "ApiResources", row => new DuendeApi
            {
                Name = row.Text("Name"),
                DisplayName = row.Text("DisplayName"),
                Enabled = row.Truth("Enabled") != false,
                Scopes = [.. scopesOfApis[row.Text("Id") ?? ""]],
                Secrets = [.. secretsOfApis[row.Text("Id") ?? ""]],
                Claims = [.. claimsOfApis[row.Text("Id") ?? ""]],
            }, cancellation),
            Scopes = await AllAsync(
                database,
                "ApiScopes",
                row => new DuendeScope { Name = row.Text("Name"), DisplayName = row.Text("DisplayName"), Description = row.Text("Description"), Enabled = row.Truth("Enabled") != false },
                cancellation),
            IdentityResources = [.. (await AllAsync(database, "IdentityResources", row => row.Text("Name"), cancellation)).OfType<string>()],
            Roles = await RolesAsync(database, cancellation),
            Users = await UsersAsync(database, cancellation),
        };
    }

    private static async Task<List<DuendeClient>> ClientsAsync(ForeignDatabase database, CancellationToken cancellation)
    {
        var grants = await OfClientsAsync("ClientGrantTypes", "GrantType");
        var redirects = await OfClientsAsync("ClientRedirectUris", "RedirectUri");
        var afterLogout = await OfClientsAsync("ClientPostLogoutRedirectUris", "PostLogoutRedirectUri");
        var scopes = await OfClientsAsync("ClientScopes", "Scope");
        var origins = await OfClientsAsync("ClientCorsOrigins", "Origin");
        var claims = await OfClientsAsync("ClientClaims", "Type");
        var restrictions = await OfClientsAsync("ClientIdPRestrictions", "Provider");
        var secrets = await ListsAsync(database, "ClientSecrets", "ClientId", Secret, cancellation);
        return await AllAsync(database, "Clients", row => Client(row) with
        {
            GrantTypes = [.. grants[row.Text("Id") ?? ""]],
            RedirectUris = [.. redirects[row.Text("Id") ?? ""]],
            PostLogoutRedirectUris = [.. afterLogout[row.Text("Id") ?? ""]],
            Scopes = [.. scopes[row.Text("Id") ?? ""]],
            CorsOrigins = [.. origins[row.Text("Id") ?? ""]],
            Claims = [.. claims[row.Text("Id") ?? ""]],
            IdentityProviderRestrictions = [.. restrictions[row.Text("Id") ?? ""]],
            Secrets = [.. secrets[row.Text("Id") ?? ""]],
        }, cancellation);

        Task<ILookup<string, string>> OfClientsAsync(string table, string column) => ListsAsync(database, table, "ClientId", row => row.Text(column), cancellation);
    }

    private static DuendeClient Client(ForeignRow row) => new()
    {
        ClientId = row.Text("ClientId"),
        ClientName = row.Text("ClientName"),
        Enabled = row.Truth("Enabled") != false,
        ProtocolType = row.Text("ProtocolType"),
        RequireClientSecret = row.Truth("RequireClientSecret") != false,
        RequireConsent = row.Truth("RequireConsent") == true,
        RequirePkce = row.Truth("RequirePkce") != false,
        RequireDPoP = row.Truth("RequireDPoP") == true,
        RequirePushedAuthorization = row.Truth("RequirePushedAuthorization") == true,
        RequireRequestObject = row.Truth("RequireRequestObject") == true,
        AllowOfflineAccess = row.Truth("AllowOfflineAccess") == true,
        AccessTokenType = row.Number("AccessTokenType") ?? 0,
        IdTokenAlgorithms = row.Text("AllowedIdentityTokenSigningAlgorithms"),
        ClientUri = row.Text("ClientUri"),
        LogoUri = row.Text("LogoUri"),
        FrontChannelLogoutUri = row.Text("FrontChannelLogoutUri"),
        FrontChannelLogoutSessionRequired = row.Truth("FrontChannelLogoutSessionRequired") == true,
        BackChannelLogoutUri = row.Text("BackChannelLogoutUri"),
        BackChannelLogoutSessionRequired = row.Truth("BackChannelLogoutSessionRequired") == true,
        PairWiseSubjectSalt = row.Text("PairWiseSubjectSalt"),
    };

    private static DuendeSecret Secret(ForeignRow row) => new(row.Text("Type"), row.Text("Value"), row.Moment("Expiration"));

    private static async Task<IReadOnlyList<string>> RolesAsync(ForeignDatabase database, CancellationToken cancellation) =>
        [.. (await AllAsync(database, "AspNetRoles", row => row.Text("Name"), cancellation)).OfType<string>()];

    private static async Task<IReadOnlyList<AspNetUser>> UsersAsync(ForeignDatabase database, CancellationToken cancellation)
    {
        var names = (await AllAsync(database, "AspNetRoles", row => (Id: row.Text("Id") ?? "", Name: row.Text("Name")), cancellation)).DistinctBy(role => role.Id).ToDictionary(role => role.Id, role => role.Name, StringComparer.Ordinal);
        var roles = await ListsAsync(database, "AspNetUserRoles", "UserId", row => names.GetValueOrDefault(row.Text("RoleId") ?? ""), cancellation);
        var claims = await ListsAsync(database, "AspNetUserClaims", "UserId", row => Tuple.Create(row.Text("ClaimType") ?? "", row.Text("ClaimValue")), cancellation);
        var logins = await ListsAsync(database, "AspNetUserLogins", "UserId", row => Tuple.Create(row.Text("LoginProvider") ?? "", row.Text("ProviderKey") ?? ""), cancellation);
        var keys = await ListsAsync(database, "AspNetUserTokens", "UserId", row => row.Text("LoginProvider") == "[AspNetUserStore]" && row.Text("Name") == "AuthenticatorKey" ? row.Text("Value") : null, cancellation);
        var passkeys = await ListsAsync(database, "AspNetUserPasskeys", "UserId", row => row.Text("UserId"), cancellation);
        return await AllAsync(database, Users, row => new AspNetUser
        {
            Id = row.Text("Id") ?? "",
            UserName = row.Text("UserName"),
            Email = row.Text("Email"),
            EmailConfirmed = row.Truth("EmailConfirmed") == true,
            PhoneNumber = row.Text("PhoneNumber"),
            PhoneNumberConfirmed = row.Truth("PhoneNumberConfirmed") == true,
            PasswordHash = row.Text("PasswordHash"),
            TwoFactorEnabled = row.Truth("TwoFactorEnabled") == true,
            AuthenticatorKey = keys[row.Text("Id") ?? ""].FirstOrDefault(),
            LockoutEnd = row.Moment("LockoutEnd"),
            Roles = [.. roles[row.Text("Id") ?? ""]],
            Claims = [.. claims[row.Text("Id") ?? ""].Select(claim => (claim.Item1, claim.Item2))],
            Logins = [.. logins[row.Text("Id") ?? ""].Select(login => (login.Item1, login.Item2))],
            HasPasskeys = passkeys[row.Text("Id") ?? ""].Any(),
        }, cancellation);
    }

    // The product's own tables must be there, and everything that is read in one schema.
    private static Fault? Refuse(ForeignDatabase database, params string[] needed)
    {
        if (needed.FirstOrDefault(table => database.Count(table) == 0) is { } missing)
            return Fault.Refused("connection", $"there is no table {missing} that can be read there");
        return needed.Append(Users).FirstOrDefault(table => database.Count(table) > 1) is { } several ? Fault.Refused("schema", $"{several} is in several: say --schema") : null;
    }

    private static async Task<List<T>> AllAsync<T>(ForeignDatabase database, string table, Func<ForeignRow, T> read, CancellationToken cancellation)
    {
        var all = new List<T>();
        await foreach (var row in database.ReadAsync(table, cancellation))
            all.Add(read(row));
        return all;
    }

    private static async Task<ILookup<string, T>> ListsAsync<T>(ForeignDatabase database, string table, string key, Func<ForeignRow, T?> read, CancellationToken cancellation)
        where T : class =>
        (await AllAsync(database, table, row => (Key: row.Text(key) ?? "", Value: read(row)), cancellation)).Where(item => item.Value is not null).ToLookup(item => item.Key, item => item.Value!, StringComparer.Ordinal);
}
