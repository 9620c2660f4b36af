using IdentityProvider.Protocol.Registration;

namespace IdentityProvider.Server;

/// <summary>Clients that register themselves (RFC 7591).</summary>
public sealed record RegistrationSettings
{
    public RegistrationMode Mode { get; init; } = RegistrationMode.Token;

    /// <summary>A client that registered itself and got no token for so long is removed, with all that it has.</summary>
    public TimeSpan UnusedClientsKept { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Whether a client's identifier may be the address of its metadata, which is fetched (draft-ietf-oauth-client-id-metadata-document).</summary>
    public bool ClientIdMetadataDocuments { get; init; }

    /// <summary>The hosts that such documents may be at: <c>app.example.com</c>, or <c>*.example.com</c> for all below; empty for any.</summary>
    public IReadOnlyList<string> ClientIdMetadataHosts { get; init; } = [];

    internal IEnumerable<string> Mistakes()
    {
        if (ClientIdMetadataHosts.FirstOrDefault(host => !HostPattern.IsPattern(host)) is { } wrong)
            yield return $"Idp:Registration:ClientIdMetadataHosts has '{wrong}', which is no host name such as app.example.com or *.example.com.";
        if (ClientIdMetadataHosts.Count > 0 && !ClientIdMetadataDocuments)
            yield return "Idp:Registration:ClientIdMetadataHosts needs Idp:Registration:ClientIdMetadataDocuments.";
        if (!Enum.IsDefined(Mode))
            yield return "Idp:Registration:Mode must be Off, Token or Open.";
        if (UnusedClientsKept < TimeSpan.FromDays(7))
            yield return "Idp:Registration:UnusedClientsKept must be 7 days or more.";
    }
}

/// <summary>Who may register a client at <c>/register</c>.</summary>
public enum RegistrationMode
{
    /// <summary>Operators alone: the endpoint is not there.</summary>
    Off,

    /// <summary>Who has an initial access token.</summary>
    Token,

    /// <summary>Anyone, within the policy of registration without a token.</summary>
    Open,
}
