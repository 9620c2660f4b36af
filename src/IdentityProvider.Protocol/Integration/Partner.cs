using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Protocol.Integration;

/// <summary>The values that a snippet is filled in with: a client, the API that it calls, and this issuer.</summary>
internal sealed record Partner(string Issuer, Client Client, Resource? Resource)
{
    public PartnerKind Kind => Client switch
    {
        _ when Client.Allows(GrantTypes.AuthorizationCode) && !Client.IsPublic => PartnerKind.WebApplication,
        _ when Client.Allows(GrantTypes.AuthorizationCode) => Client.AllowedOrigins.Count > 0 ? PartnerKind.Browser : PartnerKind.Native,
        _ when Client.Allows(GrantTypes.ClientCredentials) => PartnerKind.Job,
        { GrantTypes.Count: 0, Introspects.Count: > 0 } => PartnerKind.Api,
        _ => PartnerKind.Other,
    };

    public string ClientId => Client.ClientId;

    public string RedirectUri => Client.RedirectUris[0];

    public string RedirectPath => new Uri(RedirectUri).AbsolutePath;

    /// <summary>Where the application answers, as browsers see it.</summary>
    public string Origin => new Uri(RedirectUri).GetLeftPart(UriPartial.Authority);

    /// <summary>Where the person arrives once they signed out; null where nothing is registered.</summary>
    public string? SignedOutUri => Client.PostLogoutRedirectUris.Count > 0 ? Client.PostLogoutRedirectUris[0] : null;

    /// <summary>Of those that the client may ask for, what says who somebody is and what goes to the one API.</summary>
    public ScopeSet Scope => Client.Scope.Intersect(Resource is null ? ScopeSet.Identity : ScopeSet.Identity.Union(Resource.ScopeNames));

    public bool Refreshes => Client.Allows(GrantTypes.RefreshToken);

    /// <summary>Over http, which is for one's own machine, libraries want to be told.</summary>
    public bool IsIssuerPlain => Issuer.StartsWith("http://", StringComparison.Ordinal);

    public bool IsAppPlain => RedirectUri.StartsWith("http://", StringComparison.Ordinal);

    public string MethodName => ClientMetadataRules.NameOf(Client.TokenEndpointAuthMethod);

    /// <summary>The lines that there are, each possibly several.</summary>
    public static string Lines(params ReadOnlySpan<string?> lines)
    {
        var text = new System.Text.StringBuilder();
        foreach (var line in lines)
        {
            if (line is not null)
                text.Append(line).Append('\n');
        }

        return text.ToString();
    }
}

/// <summary>What a client is, by how it is registered.</summary>
internal enum PartnerKind
{
    /// <summary>People sign in, and a server keeps the tokens.</summary>
    WebApplication,

    /// <summary>Code in the browser alone.</summary>
    Browser,

    /// <summary>On a phone or a desktop.</summary>
    Native,

    /// <summary>A service that calls on its own behalf.</summary>
    Job,

    /// <summary>An API that asks about its tokens.</summary>
    Api,

    Other,
}
