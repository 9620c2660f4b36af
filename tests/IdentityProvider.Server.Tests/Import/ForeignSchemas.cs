using System.Security.Cryptography;
using System.Text;

namespace IdentityProvider.Server.Tests.Import;

/// <summary>Tables as the EF Core stores of other products make them on PostgreSQL, with a little in them.</summary>
internal static class ForeignSchemas
{
    /// <summary>ASP.NET Core Identity's, of version 8 and later.</summary>
    public const string Identity = """
        CREATE TABLE "AspNetUsers" ("Id" text PRIMARY KEY, "UserName" varchar(256), "NormalizedUserName" varchar(256), "Email" varchar(256), "NormalizedEmail" varchar(256), "EmailConfirmed" boolean NOT NULL,
            "PasswordHash" text, "SecurityStamp" text, "ConcurrencyStamp" text, "PhoneNumber" text, "PhoneNumberConfirmed" boolean NOT NULL, "TwoFactorEnabled" boolean NOT NULL,
            "LockoutEnd" timestamptz, "LockoutEnabled" boolean NOT NULL, "AccessFailedCount" integer NOT NULL);
        CREATE TABLE "AspNetRoles" ("Id" text PRIMARY KEY, "Name" varchar(256), "NormalizedName" varchar(256), "ConcurrencyStamp" text);
        CREATE TABLE "AspNetUserRoles" ("UserId" text NOT NULL, "RoleId" text NOT NULL, PRIMARY KEY ("UserId", "RoleId"));
        CREATE TABLE "AspNetUserClaims" ("Id" integer PRIMARY KEY, "UserId" text NOT NULL, "ClaimType" text, "ClaimValue" text);
        CREATE TABLE "AspNetUserLogins" ("LoginProvider" text NOT NULL, "ProviderKey" text NOT NULL, "ProviderDisplayName" text, "UserId" text NOT NULL, PRIMARY KEY ("LoginProvider", "ProviderKey"));
        CREATE TABLE "AspNetUserTokens" ("UserId" text NOT NULL, "LoginProvider" text NOT NULL, "Name" text NOT NULL, "Value" text, PRIMARY KEY ("UserId", "LoginProvider", "Name"));

        """;

    /// <summary>OpenIddict's, of version 5 and later.</summary>
    public const string OpenIddict = """
        CREATE TABLE "OpenIddictApplications" ("Id" text PRIMARY KEY, "ApplicationType" varchar(50), "ClientId" varchar(100), "ClientSecret" text, "ClientType" varchar(50), "ConcurrencyToken" varchar(50), "ConsentType" varchar(50),
            "DisplayName" text, "DisplayNames" text, "JsonWebKeySet" text, "Permissions" text, "PostLogoutRedirectUris" text, "Properties" text, "RedirectUris" text, "Requirements" text, "Settings" text);
        CREATE TABLE "OpenIddictScopes" ("Id" text PRIMARY KEY, "ConcurrencyToken" varchar(50), "Description" text, "Descriptions" text, "DisplayName" text, "DisplayNames" text, "Name" varchar(200), "Properties" text, "Resources" text);

        """;

    public const string Applications = """
        INSERT INTO "OpenIddictApplications" ("Id", "ApplicationType", "ClientId", "ClientSecret", "ClientType", "ConsentType", "DisplayName", "Permissions", "PostLogoutRedirectUris", "RedirectUris", "Requirements") VALUES
          ('1', 'web', 'web', 'AQAAAAEAACcQAAAAEA==', 'confidential', 'explicit', 'The web', '["ept:authorization","ept:token","ept:end_session","gt:authorization_code","gt:refresh_token","rst:code","scp:profile","scp:email","scp:orders.read"]',
           '["https://web.example/bye"]', '["https://web.example/signin-oidc"]', '["ft:pkce"]'),
          ('2', 'native', 'native', NULL, 'public', 'implicit', NULL, '["ept:authorization","ept:token","gt:authorization_code","rst:code"]', NULL, '["com.example.app:/cb"]', NULL),
          ('3', NULL, 'worker', 'AQAAAAEAACcQAAAAEA==', 'confidential', NULL, NULL, '["ept:token","gt:client_credentials","scp:notes"]', NULL, NULL, NULL);
        INSERT INTO "OpenIddictScopes" ("Id", "Name", "DisplayName", "Resources") VALUES ('1', 'orders.read', 'Read orders', '["orders"]'), ('2', 'notes', NULL, NULL);

        """;

    /// <summary>The configuration store of Duende IdentityServer 7, without the columns that say nothing here.</summary>
    public const string Duende = """
        CREATE TABLE "Clients" ("Id" integer PRIMARY KEY, "Enabled" boolean NOT NULL, "ClientId" varchar(200) NOT NULL, "ProtocolType" varchar(200) NOT NULL, "RequireClientSecret" boolean NOT NULL, "ClientName" varchar(200),
            "ClientUri" varchar(2000), "LogoUri" varchar(2000), "RequireConsent" boolean NOT NULL, "RequirePkce" boolean NOT NULL, "RequireRequestObject" boolean NOT NULL, "RequireDPoP" boolean NOT NULL,
            "FrontChannelLogoutUri" varchar(2000), "FrontChannelLogoutSessionRequired" boolean NOT NULL, "BackChannelLogoutUri" varchar(2000), "BackChannelLogoutSessionRequired" boolean NOT NULL,
            "AllowOfflineAccess" boolean NOT NULL, "AllowedIdentityTokenSigningAlgorithms" varchar(100), "AccessTokenType" integer NOT NULL, "PairWiseSubjectSalt" varchar(200), "RequirePushedAuthorization" boolean NOT NULL);
        CREATE TABLE "ClientGrantTypes" ("Id" serial PRIMARY KEY, "GrantType" varchar(250) NOT NULL, "ClientId" integer NOT NULL);
        CREATE TABLE "ClientRedirectUris" ("Id" serial PRIMARY KEY, "RedirectUri" varchar(400) NOT NULL, "ClientId" integer NOT NULL);
        CREATE TABLE "ClientPostLogoutRedirectUris" ("Id" serial PRIMARY KEY, "PostLogoutRedirectUri" varchar(400) NOT NULL, "ClientId" integer NOT NULL);
        CREATE TABLE "ClientScopes" ("Id" serial PRIMARY KEY, "Scope" varchar(200) NOT NULL, "ClientId" integer NOT NULL);
        CREATE TABLE "ClientCorsOrigins" ("Id" serial PRIMARY KEY, "Origin" varchar(150) NOT NULL, "ClientId" integer NOT NULL);
        CREATE TABLE "ClientClaims" ("Id" serial PRIMARY KEY, "Type" varchar(250) NOT NULL, "Value" varchar(250) NOT NULL, "ClientId" integer NOT NULL);
        CREATE TABLE "ClientSecrets" ("Id" serial PRIMARY KEY, "ClientId" integer NOT NULL, "Description" varchar(2000), "Value" varchar(4000) NOT NULL, "Expiration" timestamptz, "Type" varchar(250) NOT NULL, "Created" timestamptz NOT NULL);
        CREATE TABLE "ApiResources" ("Id" integer PRIMARY KEY, "Enabled" boolean NOT NULL, "Name" varchar(200) NOT NULL, "DisplayName" varchar(200), "Description" varchar(1000));
        CREATE TABLE "ApiResourceScopes" ("Id" serial PRIMARY KEY, "Scope" varchar(200) NOT NULL, "ApiResourceId" integer NOT NULL);
        CREATE TABLE "ApiResourceSecrets" ("Id" serial PRIMARY KEY, "ApiResourceId" integer NOT NULL, "Value" varchar(4000) NOT NULL, "Expiration" timestamptz, "Type" varchar(250) NOT NULL);
        CREATE TABLE "ApiScopes" ("Id" integer PRIMARY KEY, "Enabled" boolean NOT NULL, "Name" varchar(200) NOT NULL, "DisplayName" varchar(200), "Description" varchar(1000));
        CREATE TABLE "IdentityResources" ("Id" integer PRIMARY KEY, "Enabled" boolean NOT NULL, "Name" varchar(200) NOT NULL);

        """;

    /// <summary>What its authenticator app of bob computes codes with.</summary>
    public static byte[] AuthenticatorKey { get; } = [0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x21, 0xDE, 0xAD, 0xBE, 0xEF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x21, 0xDE, 0xAD, 0xBE, 0xEF];

    public static string Configuration { get; } = $"""
        INSERT INTO "Clients" VALUES
          (1, true, 'web', 'oidc', true, 'The web', NULL, NULL, false, true, false, false, NULL, true, 'https://web.example/out', true, true, NULL, 0, NULL, false),
          (2, true, 'worker', 'oidc', true, NULL, NULL, NULL, false, true, false, false, NULL, true, NULL, true, false, NULL, 0, NULL, false),
          (3, false, 'old', 'oidc', true, NULL, NULL, NULL, false, true, false, false, NULL, true, NULL, true, false, NULL, 0, NULL, false);
        INSERT INTO "ClientGrantTypes" ("GrantType", "ClientId") VALUES ('authorization_code', 1), ('client_credentials', 2);
        INSERT INTO "ClientRedirectUris" ("RedirectUri", "ClientId") VALUES ('https://web.example/signin-oidc', 1), ('http://web.example/legacy', 1);
        INSERT INTO "ClientScopes" ("Scope", "ClientId") VALUES ('openid', 1), ('profile', 1), ('orders.read', 1), ('orders.read', 2);
        INSERT INTO "ClientSecrets" ("ClientId", "Value", "Type", "Created") VALUES (1, '{Sha256("the web's old secret")}', 'SharedSecret', now()), (2, '{Sha256("the worker's old secret")}', 'SharedSecret', now());
        INSERT INTO "ApiResources" VALUES (1, true, 'orders', 'Orders', NULL);
        INSERT INTO "ApiResourceScopes" ("Scope", "ApiResourceId") VALUES ('orders.read', 1);
        INSERT INTO "ApiResourceSecrets" ("ApiResourceId", "Value", "Type") VALUES (1, '{Sha256("the API's old secret")}', 'SharedSecret');
        INSERT INTO "ApiScopes" VALUES (1, true, 'orders.read', 'Read orders', NULL);
        INSERT INTO "IdentityResources" VALUES (1, true, 'openid'), (2, true, 'profile');

        """;

    public static string People(string hash) => $"""
        INSERT INTO "AspNetUsers" ("Id", "UserName", "Email", "EmailConfirmed", "PasswordHash", "PhoneNumberConfirmed", "TwoFactorEnabled", "LockoutEnabled", "AccessFailedCount") VALUES
          ('8a5c1f0e-4c1b-4f7e-9f4e-0c7f3c1b2a3d', 'alice@example.com', 'alice@example.com', true, '{hash}', false, false, true, 0),
          ('8a5c1f0e-4c1b-4f7e-9f4e-0c7f3c1b2a3e', 'bob', NULL, false, '{hash}', false, true, true, 0);
        INSERT INTO "AspNetRoles" ("Id", "Name") VALUES ('r1', 'staff'), ('r2', 'Admin');
        INSERT INTO "AspNetUserRoles" VALUES ('8a5c1f0e-4c1b-4f7e-9f4e-0c7f3c1b2a3d', 'r1'), ('8a5c1f0e-4c1b-4f7e-9f4e-0c7f3c1b2a3d', 'r2');
        INSERT INTO "AspNetUserTokens" VALUES ('8a5c1f0e-4c1b-4f7e-9f4e-0c7f3c1b2a3e', '[AspNetUserStore]', 'AuthenticatorKey', 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP');

        """;

    private static string Sha256(string secret) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
