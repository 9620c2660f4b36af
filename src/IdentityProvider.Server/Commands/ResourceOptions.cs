using System.CommandLine;
using System.CommandLine.Parsing;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Server.Commands;

/// <summary>An API on the command line: a file of JSON, and options for its members. An option wins over the file.</summary>
internal sealed class ResourceOptions
{
    private readonly Option<string?> _file = new("--file", "-f")
    {
        Description = "JSON of identifier, name, scopes (names, or objects of name and description), revocation, access_token_lifetime, signing_alg; - reads standard input.",
        HelpName = "file",
    };

    private readonly Option<string?> _name = new("--name") { Description = "name: what people are shown." };
    private readonly Option<string[]> _scopes = new("--scope") { Description = "scopes: a name alone. May be repeated.", HelpName = "name" };
    private readonly Option<string?> _revocation = new("--revocation") { Description = "revocation: status_list (the default), introspection or expiry; `idp advise` helps to choose." };
    private readonly Option<int?> _lifetime = new("--access-token-lifetime") { Description = "access_token_lifetime: 30 to 900 seconds.", HelpName = "seconds" };
    private readonly Option<string?> _algorithm = new("--signing-alg") { Description = "signing_alg: RS256 (the default), PS256 or ES256." };

    private Option[] All => [_file, _name, _scopes, _revocation, _lifetime, _algorithm];

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
        _revocation.CompletionSources.Add("status_list", "introspection", "expiry");
        _algorithm.CompletionSources.Add("RS256", "PS256", "ES256");
    }

    /// <summary>Whether any of it was given.</summary>
    public bool AnyGiven(CommandResult result) => All.Any(option => result.GetResult(option) is { Implicit: false });

    /// <summary>What was written: the file, or else <paramref name="standing"/>, with the options over it.</summary>
    public async Task<Validated<ResourceMetadata>> ReadAsync(ParseResult parsed, ResourceMetadata standing, CancellationToken cancellation)
    {
        var read = await Input.ReadAsync(parsed.GetValue(_file), standing, ResourceMetadataJson.Default.ResourceMetadata, cancellation);
        if (read is not Validated<ResourceMetadata>.Valid { Value: var written })
            return read;

        return Validated.Of(written with
        {
            Name = parsed.GetValue(_name) ?? written.Name,
            Scopes = parsed.GetValue(_scopes) is { Length: > 0 } names ? [.. names.Select(n => new ResourceScopeMetadata(n))] : written.Scopes,
            Revocation = parsed.GetValue(_revocation) ?? written.Revocation,
            AccessTokenLifetime = parsed.GetValue(_lifetime) ?? written.AccessTokenLifetime,
            SigningAlg = parsed.GetValue(_algorithm) ?? written.SigningAlg,
        });
    }
}
