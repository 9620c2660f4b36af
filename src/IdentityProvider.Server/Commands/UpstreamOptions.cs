using System.CommandLine;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Upstream;

namespace IdentityProvider.Server.Commands;

/// <summary>The options of <c>idp upstreams create</c> and <c>update</c>: each a member of the metadata, and a file of all of them beneath.</summary>
internal sealed class UpstreamOptions
{
    private readonly Option<string?> _file = new("--file", "-f") { Description = "JSON with any of these members; - reads standard input.", HelpName = "file" };
    private readonly Option<string?> _name = new("--name") { Description = "name: ours for it, in addresses; lower-case letters, digits and hyphens.", HelpName = "name" };
    private readonly Option<string?> _issuer = new("--issuer") { Description = "issuer: its identifier, exactly as its metadata says it.", HelpName = "uri" };
    private readonly Option<string?> _clientId = new("--client-id") { Description = "client_id: who we are there.", HelpName = "id" };
    private readonly Option<string?> _secret = new("--client-secret") { Description = "client_secret: kept sealed; - reads it from standard input, where no list of processes shows it.", HelpName = "secret" };
    private readonly Option<string?> _method = new("--auth-method") { Description = "token_endpoint_auth_method: client_secret_basic (default), client_secret_post, private_key_jwt by our own keys, or none.", HelpName = "method" };
    private readonly Option<string[]> _scopes = new("--scope") { Description = "scope: openid profile email where nothing is said. May be repeated.", HelpName = "scope" };
    private readonly Option<string?> _label = new("--label") { Description = "label: what stands on the button.", HelpName = "text" };
    private readonly Option<string?> _logo = new("--logo") { Description = "logo: a small PNG, SVG, WebP or JPEG file, which is kept here.", HelpName = "file" };
    private readonly Option<string[]> _claims = new("--claim") { Description = "claims: where a claim comes from, as ours=theirs, such as name=display_name. May be repeated.", HelpName = "ours=theirs" };
    private readonly Option<string?> _create = new("--create") { Description = "create: whether a first sign-in makes an account: never (default), invited or always.", HelpName = "policy" };
    private readonly Option<string[]> _domains = new("--email-domain") { Description = "email_domains: whose addresses its email_verified counts for. May be repeated.", HelpName = "domain" };
    private readonly Option<string[]> _roles = new("--role") { Description = "roles: of who is made so. May be repeated.", HelpName = "name" };
    private readonly Option<string[]> _acr = new("--trust-acr") { Description = "trusted_acr: its acr that counts as two factors here. May be repeated.", HelpName = "acr" };
    private readonly Option<string[]> _amr = new("--trust-amr") { Description = "trusted_amr: its amr that counts as two factors here. May be repeated.", HelpName = "amr" };
    private readonly Option<string?> _logout = new("--logout") { Description = "logout: whether signing out here goes on there: offer (default), always or never.", HelpName = "policy" };
    private readonly Option<bool?> _enabled = new("--enabled") { Description = "enabled: false keeps everybody from signing in by it.", HelpName = "true|false" };

    private readonly bool _withIdentity;

    /// <param name="withIdentity">Whether name and issuer are options, which never change.</param>
    public UpstreamOptions(bool withIdentity) => _withIdentity = withIdentity;

    public void AddTo(Command command)
    {
        Option[] identity = _withIdentity ? [_name, _issuer] : [];
        foreach (var option in (Option[])[_file, .. identity, _clientId, _secret, _method, _scopes, _label, _logo, _claims, _create, _domains, _roles, _acr, _amr, _logout, _enabled])
            command.Add(option);
        _method.CompletionSources.Add("client_secret_basic", "client_secret_post", "private_key_jwt", "none");
        _create.CompletionSources.Add("never", "invited", "always");
        _logout.CompletionSources.Add("offer", "always", "never");
        command.Validators.Add(result =>
        {
            if (result.GetValue(_file) == Input.Standard && result.GetValue(_secret) == Input.Standard)
                result.AddError("Standard input can be the metadata or the secret, not both.");
        });
    }

    /// <summary>What stands, and over it what was written; null where a mistake was said.</summary>
    public async Task<UpstreamMetadata?> ReadAsync(ParseResult parsed, Output output, UpstreamMetadata standing, CancellationToken cancellation)
    {
        if (parsed.GetValue(_file) is { } path)
        {
            var read = MetadataJson.Read(await Input.ReadAsync(path, cancellation), UpstreamMetadataJson.Default.UpstreamMetadata);
            if (read is not Validated<UpstreamMetadata>.Valid { Value: var written })
                return Refuse(output, ((Validated<UpstreamMetadata>.Invalid)read).Error.ToString());
            standing = Over(standing, written);
        }

        Dictionary<string, string>? claims = null;
        foreach (var pair in parsed.GetValue(_claims) ?? [])
        {
            if (pair.Split('=', 2) is not [{ Length: > 0 } ours, { Length: > 0 } theirs] || !(claims ??= []).TryAdd(ours, theirs))
                return Refuse(output, "claims: each is ours=theirs, and ours comes once");
        }

        var secret = parsed.GetValue(_secret) is { } said ? await Input.ReadPasswordAsync(said, cancellation) : null;
        return Over(standing, new UpstreamMetadata
        {
            Name = _withIdentity ? parsed.GetValue(_name) : null,
            Issuer = _withIdentity ? parsed.GetValue(_issuer) : null,
            ClientId = parsed.GetValue(_clientId),
            ClientSecret = secret,
            TokenEndpointAuthMethod = parsed.GetValue(_method),
            Scope = ListOrNull(parsed.GetValue(_scopes)) is { } scopes ? string.Join(' ', scopes) : null,
            Label = parsed.GetValue(_label),
            Logo = parsed.GetValue(_logo) is { } file ? DataUri(await Input.ReadAsync(file, cancellation)) : null,
            Claims = claims,
            Create = parsed.GetValue(_create),
            EmailDomains = ListOrNull(parsed.GetValue(_domains)),
            Roles = ListOrNull(parsed.GetValue(_roles)),
            TrustedAcr = ListOrNull(parsed.GetValue(_acr)),
            TrustedAmr = ListOrNull(parsed.GetValue(_amr)),
            Logout = parsed.GetValue(_logout),
            Enabled = parsed.GetValue(_enabled),
        });
    }

    private static UpstreamMetadata? Refuse(Output output, string reason)
    {
        output.Refuse(reason);
        return null;
    }

    private static UpstreamMetadata Over(UpstreamMetadata standing, UpstreamMetadata written) => new()
    {
        Name = written.Name ?? standing.Name,
        Issuer = written.Issuer ?? standing.Issuer,
        ClientId = written.ClientId ?? standing.ClientId,
        ClientSecret = written.ClientSecret ?? standing.ClientSecret,
        TokenEndpointAuthMethod = written.TokenEndpointAuthMethod ?? standing.TokenEndpointAuthMethod,
        Scope = written.Scope ?? standing.Scope,
        Label = written.Label ?? standing.Label,
        Logo = written.Logo ?? standing.Logo,
        Claims = written.Claims ?? standing.Claims,
        Create = written.Create ?? standing.Create,
        EmailDomains = written.EmailDomains ?? standing.EmailDomains,
        Roles = written.Roles ?? standing.Roles,
        TrustedAcr = written.TrustedAcr ?? standing.TrustedAcr,
        TrustedAmr = written.TrustedAmr ?? standing.TrustedAmr,
        Logout = written.Logout ?? standing.Logout,
        Enabled = written.Enabled ?? standing.Enabled,
    };

    // One empty word takes the whole list away.
    private static string[]? ListOrNull(string[]? words) => words is not { Length: > 0 } ? null : words is [""] ? [] : words;

    private static string DataUri(byte[] picture)
    {
        var type = picture switch
        {
            [0x89, 0x50, 0x4E, 0x47, ..] => "image/png",
            [0xFF, 0xD8, ..] => "image/jpeg",
            [0x52, 0x49, 0x46, 0x46, ..] => "image/webp",
            _ when picture.AsSpan().IndexOf("<svg"u8) >= 0 => "image/svg+xml",
            _ => throw new InputException("logo: is no PNG, SVG, WebP or JPEG"),
        };
        return $"data:{type};base64,{Convert.ToBase64String(picture)}";
    }
}
