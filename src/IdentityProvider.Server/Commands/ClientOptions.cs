using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Server.Commands;

/// <summary>A client's metadata on the command line: a file of RFC 7591's JSON, and options for its common members. An option wins over the file.</summary>
internal sealed class ClientOptions
{
    private readonly Option<string?> _file = new("--file", "-f") { Description = "RFC 7591 metadata as JSON; - reads standard input.", HelpName = "file" };
    private readonly Option<string?> _name = new("--name") { Description = "client_name: what people are shown. Names in other languages go, unless --file has them." };
    private readonly Option<bool> _isPublic = new("--public") { Description = "A client without a secret, such as an app in a browser." };
    private readonly Option<bool> _isNative = new("--native") { Description = "An app on a device: application_type native, and no secret." };
    private readonly Option<string[]> _redirectUris = Many("--redirect-uri", "uri", "redirect_uris: matched exactly.");
    private readonly Option<string[]> _postLogoutRedirectUris = Many("--post-logout-redirect-uri", "uri", "post_logout_redirect_uris: where a sign-out may return to.");
    private readonly Option<string?> _backchannelLogoutUri = new("--backchannel-logout-uri") { Description = "backchannel_logout_uri: where the app hears that a session has ended.", HelpName = "uri" };
    private readonly Option<string?> _frontchannelLogoutUri = new("--frontchannel-logout-uri") { Description = "frontchannel_logout_uri: the same in the person's browser, in a frame.", HelpName = "uri" };
    private readonly Option<string[]> _grants = Many("--grant", "type", "grant_types: authorization_code (the default), refresh_token, client_credentials.");
    private readonly Option<string[]> _scopes = Many("--scope", "scope", "scope: what it may ask for, in one word or several; openid profile email where a person signs in and nothing is named.");
    private readonly Option<string[]> _resources = Many("--resource", "identifier", "resources: the APIs it may ask tokens for.");
    private readonly Option<string[]> _introspects = Many("--introspects", "identifier", "introspects: the APIs whose tokens it may ask about.");
    private readonly Option<string[]> _allowedOrigins = Many("--allowed-origin", "origin", "allowed_origins: browser code that may call with CORS.");
    private readonly Option<string?> _delivery = new("--refresh-token-delivery") { Description = "refresh_token_delivery: body (the default), or cookie for an app in a browser.", HelpName = "body|cookie" };
    private readonly Option<string?> _method = new("--auth-method") { Description = "token_endpoint_auth_method: client_secret_basic (the default), client_secret_post, private_key_jwt, tls_client_auth, self_signed_tls_client_auth, none." };
    private readonly Option<string?> _profile = new("--profile") { Description = "profile: holds the client to FAPI 2.0.", HelpName = "fapi2|fapi2_message_signing" };
    private readonly Option<string?> _jwks = new("--jwks") { Description = "jwks: a file with the client's public keys as a JWK Set.", HelpName = "file" };
    private readonly Option<string?> _jwksUri = new("--jwks-uri") { Description = "jwks_uri: where the client publishes its public keys.", HelpName = "uri" };
    private readonly Option<bool?> _requireConsent = new("--require-consent") { Description = "require_consent: false where people need not be asked.", HelpName = "true|false" };
    private readonly Option<bool?> _requireMfa = new("--require-mfa") { Description = "require_mfa: true where people sign in to it by two factors.", HelpName = "true|false" };
    private readonly Option<bool?> _requirePkce = new("--require-pkce") { Description = "require_pkce: false lets a client with a secret do without.", HelpName = "true|false" };

    private Option[] All =>
    [
        _file, _name, _isPublic, _isNative, _redirectUris, _postLogoutRedirectUris, _backchannelLogoutUri, _frontchannelLogoutUri, _grants, _scopes, _resources, _introspects, _allowedOrigins, _delivery, _method, _profile, _jwks, _jwksUri,
        _requireConsent, _requireMfa, _requirePkce,
    ];

    /// <summary>Adds the options, and the rule of which can't stand together.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
        _grants.CompletionSources.Add([.. GrantTypes.All]);
        _delivery.CompletionSources.Add("body", "cookie");
        _method.CompletionSources.Add("client_secret_basic", "client_secret_post", "private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth", "none");
        _profile.CompletionSources.Add("fapi2", "fapi2_message_signing");
        command.Validators.Add(result =>
        {
            if (result.GetResult(_method) is not null && (result.GetValue(_isPublic) || result.GetValue(_isNative)))
                result.AddError("--auth-method can't stand beside --public or --native.");
        });
    }

    /// <summary>Whether any of it was given.</summary>
    public bool AnyGiven(CommandResult result) => All.Any(option => result.GetResult(option) is { Implicit: false });

    /// <summary>What was written: the file, or else <paramref name="standing"/>, with the options over it.</summary>
    public async Task<Validated<ClientMetadata>> ReadAsync(ParseResult parsed, ClientMetadata standing, CancellationToken cancellation)
    {
        var read = await Input.ReadAsync(parsed.GetValue(_file), standing, ClientMetadataJson.Default.ClientMetadata, cancellation);
        if (read is not Validated<ClientMetadata>.Valid { Value: var written })
            return read;
        standing = written;

        if (parsed.GetValue(_jwks) is { } keys)
        {
            if (await ReadJwksAsync(keys, cancellation) is not { } jwks)
                return new MetadataError("jwks", $"{keys} is not JSON");
            standing = standing with { Jwks = jwks, JwksUri = null };
        }

        if (parsed.GetValue(_jwksUri) is { } jwksUri)
            standing = standing with { JwksUri = jwksUri, Jwks = parsed.GetValue(_jwks) is null ? null : standing.Jwks };
        var device = parsed.GetValue(_isNative);
        return Validated.Of(standing with
        {
            ClientName = parsed.GetValue(_name) ?? standing.ClientName,
            Localized = parsed.GetValue(_name) is null || parsed.GetValue(_file) is not null ? standing.Localized : ClientLanguages.Without(standing.Localized, "client_name"),
            ApplicationType = device ? "native" : standing.ApplicationType,
            RedirectUris = Given(parsed, _redirectUris) ?? standing.RedirectUris,
            PostLogoutRedirectUris = Given(parsed, _postLogoutRedirectUris) ?? standing.PostLogoutRedirectUris,
            BackchannelLogoutUri = parsed.GetValue(_backchannelLogoutUri) ?? standing.BackchannelLogoutUri,
            FrontchannelLogoutUri = parsed.GetValue(_frontchannelLogoutUri) ?? standing.FrontchannelLogoutUri,
            GrantTypes = Given(parsed, _grants) ?? standing.GrantTypes,
            Scope = Given(parsed, _scopes) is { } words ? string.Join(' ', words) : standing.Scope,
            Resources = Given(parsed, _resources) ?? standing.Resources,
            Introspects = Given(parsed, _introspects) ?? standing.Introspects,
            AllowedOrigins = Given(parsed, _allowedOrigins) ?? standing.AllowedOrigins,
            RefreshTokenDelivery = parsed.GetValue(_delivery) ?? standing.RefreshTokenDelivery,
            TokenEndpointAuthMethod = device || parsed.GetValue(_isPublic) ? "none" : parsed.GetValue(_method) ?? standing.TokenEndpointAuthMethod,
            Profile = parsed.GetValue(_profile) ?? standing.Profile,
            RequireConsent = parsed.GetValue(_requireConsent) ?? standing.RequireConsent,
            RequireMfa = parsed.GetValue(_requireMfa) ?? standing.RequireMfa,
            RequirePkce = parsed.GetValue(_requirePkce) ?? standing.RequirePkce,
        });
    }

    private static async Task<JsonElement?> ReadJwksAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return JsonElement.Parse(await Input.ReadAsync(path, cancellation));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Option<string[]> Many(string name, string helpName, string description) =>
        new(name) { Description = $"{description} May be repeated.", HelpName = helpName };

    private static string[]? Given(ParseResult parsed, Option<string[]> option) => parsed.GetValue(option) is { Length: > 0 } given ? given : null;
}
