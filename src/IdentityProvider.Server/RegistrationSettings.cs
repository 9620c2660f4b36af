namespace IdentityProvider.Server;

/// <summary>Clients that register themselves (RFC 7591).</summary>
public sealed record RegistrationSettings
{
    public RegistrationMode Mode { get; init; } = RegistrationMode.Token;

    /// <summary>A client that registered itself and got no token for so long is removed, with all that it has.</summary>
    public TimeSpan UnusedClientsKept { get; init; } = TimeSpan.FromDays(30);

    internal IEnumerable<string> Mistakes()
    {
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
