using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.RichAuthorization;

namespace IdentityProvider.Protocol.Resources;

/// <summary>The scopes and the APIs that a request may be about (RFC 6749 §3.3, RFC 8707 §2). Only <see cref="Decide"/> makes one.</summary>
public sealed class RequestedAccess
{
    /// <summary>More resources than one request has a use for.</summary>
    public const int MostResources = 10;

    private RequestedAccess(ScopeSet scope, IReadOnlyList<Resource> resources, bool hasSharedScope)
    {
        Scope = scope;
        Resources = resources;
        HasSharedScope = hasSharedScope;
    }

    public ScopeSet Scope { get; }

    /// <summary>The APIs: those named, or, where none was named, those that define a scope which is asked for.</summary>
    public IReadOnlyList<Resource> Resources { get; }

    /// <summary>
    /// Whether a scope that is asked for is defined by more than one of the client's APIs. Registration refuses that; an API's scopes may change later.
    /// </summary>
    public bool HasSharedScope { get; }

    public IReadOnlyList<string> ResourceIdentifiers => [.. Resources.Select(r => r.Identifier)];

    /// <summary>Decides what <c>scope</c> and <c>resource</c> ask for.</summary>
    /// <param name="parameters">The request's.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="clientResources">The resources of <see cref="Client.Resources"/> as they stand.</param>
    /// <param name="details">What is asked for beside (RFC 9396); null for nothing.</param>
    public static Decision<RequestedAccess> Decide(
        Parameters parameters, Client client, IReadOnlyList<Resource> clientResources, AuthorizationDetails? details = null)
    {
        details ??= AuthorizationDetails.None;

        // 1. Each resource is an absolute URI without a fragment (RFC 8707 §2).
        var identifiers = parameters.All("resource");
        if (identifiers.Count > MostResources || !identifiers.All(IsIndicator)) return Refusal.ResourceMalformed;

        // 2. Each is one that this client may have tokens for (RFC 8707 §2).
        var named = identifiers.Distinct(StringComparer.Ordinal).Select(i => clientResources.FirstOrDefault(r => r.Identifier == i)).ToList();
        if (named.Contains(null)) return Refusal.ResourceNotAllowed;

        // 3. The scope is well formed (RFC 6749 §3.3).
        if (!ScopeSet.TryParse(parameters["scope"], out var asked)) return Refusal.ScopeMalformed;

        // 4. Without one, the default is every API scope that the client may have; never anything of the person's identity (RFC 6749 §3.3).
        var candidates = identifiers.Count > 0 ? named.OfType<Resource>().ToList() : clientResources;
        var ofApis = candidates.Aggregate(ScopeSet.Empty, (scopes, resource) => scopes.Union(resource.ScopeNames));
        // Who asks for authorization details has said what they want (RFC 9396 §3).
        if (asked.Count == 0 && details.IsEmpty) asked = ofApis.Intersect(client.Scope);
        if (asked.Count == 0 && details.IsEmpty) return Refusal.ScopeMissing;

        // 5. Each scope is the client's, and an identity scope or one of these APIs' (RFC 6749 §4.1.2.1).
        if (!asked.IsSubsetOf(client.Scope) || !asked.Except(ScopeSet.Identity).IsSubsetOf(ofApis)) return Refusal.ScopeNotAllowed;

        // 6. Where none was named, the request is about the APIs whose scopes it asks for (RFC 8707 §2); and about those that its details name (RFC 9396 §2.2).
        IEnumerable<Resource> about = identifiers.Count > 0 ? candidates : candidates.Where(r => r.Scopes.Any(s => asked.Contains(s.Name)));
        about = about.Union(clientResources.Where(r => details.Locations.Contains(r.Identifier, StringComparer.Ordinal)));
        return new RequestedAccess(asked, [.. about], hasSharedScope: SharedScopes(clientResources).Any(asked.Contains));
    }

    /// <summary>The scopes that more than one of these resources defines.</summary>
    internal static IEnumerable<string> SharedScopes(IEnumerable<Resource> resources) =>
        resources.SelectMany(r => r.ScopeNames).GroupBy(scope => scope, StringComparer.Ordinal).Where(same => same.Count() > 1).Select(same => same.Key);

    private static bool IsIndicator(string text) =>
        text.Length <= RedirectUris.MaxLength && !text.Contains('#', StringComparison.Ordinal) && text.Contains(':', StringComparison.Ordinal)
        && Uri.TryCreate(text, UriKind.Absolute, out _);
}
