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

    /// <summary>What is registered as one document, and the other way round: beside it who asks needs the areas of what is in the document.</summary>
    Configuration,

    /// <summary>Looking for things in all areas: what is found is of those alone that may be seen anyway.</summary>
    Search,
}
