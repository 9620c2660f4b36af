using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.RichAuthorization;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Protocol.Authorize;

/// <summary>An authorization request that passed every check of <see cref="AuthorizationRules"/>, which alone makes one.</summary>
public sealed class AuthorizationRequest
{
    internal AuthorizationRequest(Client client, ReturnAddress returnAddress, RequestedAccess access, RequestedSignIn signIn, string? codeChallenge, string? nonce)
    {
        Client = client;
        ReturnAddress = returnAddress;
        Access = access;
        SignIn = signIn;
        CodeChallenge = codeChallenge;
        Nonce = nonce;
    }

    public Client Client { get; }

    public ReturnAddress ReturnAddress { get; }

    public RequestedAccess Access { get; }

    public RequestedSignIn SignIn { get; }

    /// <summary>S256's (RFC 7636 §4.2); null only for a client that is registered to do without.</summary>
    public string? CodeChallenge { get; }

    public string? Nonce { get; }

    /// <summary>The person's attributes that are asked for by name, as far as the client may learn them (OpenID Connect Core §5.5).</summary>
    public ClaimsRequest Claims { get; internal init; } = ClaimsRequest.None;

    /// <summary>The names among them that the scopes don't stand for: the person is told of each.</summary>
    public IReadOnlyList<string> ClaimsBeyondScope => Claims.Beyond(Access.Scope);

    /// <summary>What is asked for beyond scopes (RFC 9396).</summary>
    public AuthorizationDetails Details { get; internal init; } = AuthorizationDetails.None;

    /// <summary>The same as a person is asked about it.</summary>
    public IReadOnlyList<DetailWords> DetailWords { get; internal init; } = [];

    /// <summary>How pairwise clients know people; null where the request's client can't be one.</summary>
    internal SubjectIdentifiers? Subjects { get; init; }

    /// <summary>What the client knows a person as.</summary>
    public string SubjectOf(Guid userId) => PairwiseOf(userId) ?? userId.ToString("D");

    /// <summary>The thumbprint of the one key by which the code may be redeemed (RFC 9449 §10); null where it is any client's way alone.</summary>
    public string? DPoPJkt { get; internal init; }

    /// <summary>What the code stands for, once the dispatcher said that it may be issued (RFC 6749 §4.1.2).</summary>
    public AuthorizationCode CodeFor(Session session, DateTimeOffset now) => new()
    {
        ClientId = Client.ClientId,
        UserId = session.UserId,
        SessionId = session.SessionId,
        RedirectUri = ReturnAddress.RedirectUri.WasRequested ? ReturnAddress.RedirectUri.Value : null,
        Scope = Access.Scope,
        Resources = Access.ResourceIdentifiers,
        CodeChallenge = CodeChallenge,
        Nonce = Nonce,
        AuthTime = session.AuthTime,
        Amr = session.Amr,
        Acr = AcrRules.Said(SignIn.Acr, session),
        Terms = new GrantTerms
        {
            Subject = PairwiseOf(session.UserId),
            Confirmation = DPoPJkt is null ? null : new Confirmation { JwkThumbprint = DPoPJkt },
            Claims = Claims.IsEmpty ? null : Claims,
            AuthorizationDetails = Details.IsEmpty ? null : Details,
        },
        ExpiresAt = now + AuthorizationCode.Lifetime,
    };

    private string? PairwiseOf(Guid userId) => Client.SubjectType == SubjectType.Public
        ? null
        : (Subjects ?? throw new InvalidOperationException("A pairwise client without the key to its subjects.")).PairwiseOrNull(Client, userId);
}

/// <summary>What a request asks about the person and their sign-in (OpenID Connect Core §3.1.2.1).</summary>
public sealed class RequestedSignIn
{
    internal RequestedSignIn(PromptValues prompt, TimeSpan? maxAge, RequestedAcr acr, string? loginHint, IReadOnlyList<string>? subjects)
    {
        Prompt = prompt;
        MaxAge = maxAge;
        Acr = acr;
        LoginHint = loginHint;
        Subjects = subjects;
    }

    public PromptValues Prompt { get; }

    /// <summary>How old the sign-in may be; the client's default where the request says nothing.</summary>
    public TimeSpan? MaxAge { get; }

    /// <summary>The class of sign-in.</summary>
    public RequestedAcr Acr { get; }

    /// <summary>What the person may sign in as: shown in the form, never believed.</summary>
    public string? LoginHint { get; }

    /// <summary>The languages in which the person would read our pages, the most welcome first (Core §3.1.2.1, <c>ui_locales</c>).</summary>
    public IReadOnlyList<string> UiLocales { get; internal init; } = [];

    /// <summary>Whom the answer may be about, by <c>id_token_hint</c> and by the <c>sub</c> of <c>claims</c>; null where it may be anyone.</summary>
    public IReadOnlyList<string>? Subjects { get; }
}
