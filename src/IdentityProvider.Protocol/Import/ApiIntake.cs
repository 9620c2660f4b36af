using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Protocol.Import;

/// <summary>APIs and their scopes as they are found; at the end those that can be registered.</summary>
internal sealed class ApiIntake(ImportChoices choices, ImportReport report)
{
    /// <summary>What scopes are of that are no API's there.</summary>
    public const string Unowned = "default";

    private readonly Dictionary<string, ResourceMetadata> _apis = new(StringComparer.Ordinal);

    /// <summary>Makes sure of an API.</summary>
    /// <param name="name">Its name there.</param>
    /// <param name="shown">What people are shown; null for the name.</param>
    /// <param name="lifetime">Of its access tokens, in seconds; null for the usual.</param>
    /// <returns>Its identifier here.</returns>
    public string Api(string name, string? shown = null, int? lifetime = null)
    {
        var identifier = choices.IdentifierOf(name);
        if (!_apis.TryGetValue(identifier, out var standing))
            standing = new ResourceMetadata { Identifier = identifier, Name = Shown(name), Scopes = [] };
        var told = shown is not null && PlainText.IsPlain(shown, ResourceMetadataRules.LongestName) ? shown : standing.Name;
        _apis[identifier] = standing with { Name = told, AccessTokenLifetime = lifetime is null ? standing.AccessTokenLifetime : Within(lifetime.Value) };
        return identifier;
    }

    /// <summary>Adds a scope to an API; none of OpenID Connect's, which are nobody's, and none that no request can name.</summary>
    public void Scope(string identifier, string scope, string? description)
    {
        if (ScopeSet.Identity.Contains(scope))
            return;
        if (!ScopeSet.IsToken(scope))
        {
            report.Add(LeftBehind.OfScope, scope, "", "a scope is printable ASCII without spaces, quotes and backslashes (RFC 6749 §3.3)");
            return;
        }

        var api = _apis[identifier];
        if (api.Scopes!.Any(standing => standing.Name == scope))
            return;
        var told = description is not null && PlainText.IsPlain(description, ResourceMetadataRules.LongestDescription) ? description : null;
        _apis[identifier] = api with { Scopes = [.. api.Scopes!, new(scope, told)] };
    }

    public bool Has(string identifier) => _apis.ContainsKey(identifier);

    /// <summary>The identifiers of those that define a scope.</summary>
    public IEnumerable<string> Defining(string scope) => _apis.Values.Where(api => api.Scopes!.Any(known => known.Name == scope)).Select(api => api.Identifier!);

    /// <summary>Those that can be registered, decided on.</summary>
    public IReadOnlyList<(ResourceMetadata Metadata, Resource Resource)> Decided()
    {
        var decided = new List<(ResourceMetadata, Resource)>();
        foreach (var api in _apis.Values.OrderBy(api => api.Identifier, StringComparer.Ordinal))
        {
            var named = api with { Scopes = [.. api.Scopes!.OrderBy(scope => scope.Name, StringComparer.Ordinal)] };
            if (ResourceMetadataRules.Decide(named, choices.Issuer) is Validated<Resource>.Valid { Value: var resource })
                decided.Add((named, resource));
            else
                report.Add(LeftBehind.OfApi, api.Identifier!, "", "can't be an API here; another identifier is chosen by --api NAME=URI");
        }

        return decided;
    }

    private static string Shown(string name) => PlainText.IsPlain(name, ResourceMetadataRules.LongestName) ? name : "API";

    private static int Within(int seconds) => (int)Math.Clamp(
        seconds, ResourceMetadataRules.ShortestAccessTokenLifetime.TotalSeconds, Resource.LongestAccessTokenLifetime.TotalSeconds);
}
