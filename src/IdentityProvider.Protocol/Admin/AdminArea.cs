namespace IdentityProvider.Protocol.Admin;

/// <summary>What administration is divided into. The name of one in small letters is a part of its scopes: <c>idp.read:clients</c>.</summary>
public enum AdminArea
{
    Clients,
    Resources,
    Scopes,
    Users,
    Roles,
    Groups,
    Sessions,
    Families,
    Grants,
    Keys,
    Audit,
    Outbox,
    Settings,
    Registration,
    Upstreams,
    Signals,

    /// <summary>Looking for things in all areas: what is found is of those alone that may be seen anyway.</summary>
    Search,
}
